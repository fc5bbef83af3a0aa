// See gfp_flags.h. The bits are those of include/linux/gfp_types.h, which are the same on x86 since
// Linux 5.12, but that GFP_NOWAIT has __GFP_NOWARN since 6.6.
#include "output/gfp_flags.h"

#include <charconv>

namespace trc::output {
namespace {

struct Name {
  uint64_t bits;
  const char* text;
};

constexpr uint64_t bit(unsigned number) { return uint64_t{1} << number; }

constexpr uint64_t kDirect = bit(10), kKswapd = bit(11), kReclaim = kDirect | kKswapd, kIo = bit(6),
                   kFs = bit(7);
constexpr uint64_t kKernel = kReclaim | kIo | kFs, kUser = kKernel | bit(20), kHighUser = kUser | bit(1);
constexpr uint64_t kMovable = kHighUser | bit(3);
constexpr uint64_t kHugeLight = (kMovable | bit(18) | bit(19) | bit(13)) & ~kReclaim;

/// In the order of trying: compounds before what they are made of.
constexpr Name kNames[] = {
    {kHugeLight | kDirect, "GFP_TRANSHUGE"},
    {kHugeLight, "GFP_TRANSHUGE_LIGHT"},
    {kMovable, "GFP_HIGHUSER_MOVABLE"},
    {kHighUser, "GFP_HIGHUSER"},
    {kUser, "GFP_USER"},
    {kKernel | bit(22), "GFP_KERNEL_ACCOUNT"},
    {kKernel, "GFP_KERNEL"},
    {kReclaim | kIo, "GFP_NOFS"},
    {bit(5) | kKswapd, "GFP_ATOMIC"},
    {kReclaim, "GFP_NOIO"},
    {kKswapd | bit(13), "GFP_NOWAIT"},
    {bit(0), "GFP_DMA"},
    {bit(1), "__GFP_HIGHMEM"},
    {bit(2), "__GFP_DMA32"},
    {bit(3), "__GFP_MOVABLE"},
    {bit(4), "__GFP_RECLAIMABLE"},
    {bit(5), "__GFP_HIGH"},
    {kIo, "__GFP_IO"},
    {kFs, "__GFP_FS"},
    {bit(8), "__GFP_ZERO"},
    {kDirect, "__GFP_DIRECT_RECLAIM"},
    {kKswapd, "__GFP_KSWAPD_RECLAIM"},
    {bit(12), "__GFP_WRITE"},
    {bit(13), "__GFP_NOWARN"},
    {bit(14), "__GFP_RETRY_MAYFAIL"},
    {bit(15), "__GFP_NOFAIL"},
    {bit(16), "__GFP_NORETRY"},
    {bit(17), "__GFP_MEMALLOC"},
    {bit(18), "__GFP_COMP"},
    {bit(19), "__GFP_NOMEMALLOC"},
    {bit(20), "__GFP_HARDWALL"},
    {bit(21), "__GFP_THISNODE"},
    {bit(22), "__GFP_ACCOUNT"},
    {bit(23), "__GFP_ZEROTAGS"},
    {bit(24), "__GFP_NO_OBJ_EXT"},
};

} // namespace

std::string gfp_flags(uint64_t bits) {
  if (bits == 0) return "0";
  std::string text;
  for (const Name& name : kNames) {
    if ((bits & name.bits) != name.bits) continue;
    text.append(text.empty() ? "" : "|").append(name.text);
    bits &= ~name.bits;
  }
  if (bits == 0) return text;
  char digits[20];
  text += text.empty() ? "0x" : "|0x";
  return text.append(digits, std::to_chars(digits, std::end(digits), bits, 16).ptr);
}

} // namespace trc::output
