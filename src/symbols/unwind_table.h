// How to get from each place in an ELF file's code to the caller's frame, out of its .eh_frame: for stacks of
// programs that keep no frame pointers. x86-64 only. What compilers really write is kept in a compact form;
// the rest is marked, so that nobody goes astray.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace trc::symbols {

/// Where the caller's frame is. The canonical frame address (CFA) is what rsp was before the call; the return
/// address lies below it. Distances are in words of 8 bytes.
struct UnwindRule {
  enum class Kind : uint8_t {
    none,        ///< no information: code that nobody described
    end,         ///< the outermost function
    from_rsp,    ///< CFA = rsp + distance
    from_rbp,    ///< CFA = rbp + distance
    behind_rbp,  ///< CFA = *(rbp - distance), the saved rbp is at rbp: a function that aligns its stack
    behind_rsp,  ///< CFA = *(rsp + distance) + 8: a function that aligns its stack and has no use for rbp
    signal,      ///< the frame that the kernel made to call a signal handler
    unsupported, ///< described, but in no way that is known here
  };
  /// Where the caller's rbp is: that many words below the CFA; or one of these.
  static constexpr uint16_t kSame = 0, kLost = 0xfff;

  Kind kind = Kind::none;
  uint16_t distance = 0;
  uint16_t rbp = kSame;

  bool operator==(const UnwindRule&) const = default;
};

struct UnwindRow {
  uint32_t offset; ///< from UnwindTable::base; the rule holds from here up to the next row
  UnwindRule rule;

  bool operator==(const UnwindRow&) const = default;
};

struct UnwindTable {
  uint64_t base = 0;           ///< lowest address of code in the file, as the file itself counts
  uint32_t size = 0;           ///< bytes from there to the end of the code
  std::vector<UnwindRow> rows; ///< by offset; the first one's is 0

  /// For an address of the file.
  UnwindRule find(uint64_t address) const;
};

/// Of an open file. Nothing: it is none for x86-64, it has no such information, or it is damaged.
std::optional<UnwindTable> read_unwind_table(int fd);
/// The same of an image in memory.
std::optional<UnwindTable> read_unwind_table(std::span<const std::byte> image);

/// What .eh_frame says: stretches of code, each with rows that hold from an address of the file on.
struct FrameDescriptions {
  struct Row {
    uint64_t address;
    UnwindRule rule;
  };
  struct Stretch {
    uint64_t start, end;
    size_t first, count; ///< of rows
  };
  std::vector<Stretch> stretches; ///< in the order of the file
  std::vector<Row> rows;
};

/// Reads the bytes of an .eh_frame that stands at `address`. `header` is the address of .eh_frame_hdr, to
/// which addresses can be relative. What comes behind damage is left out.
FrameDescriptions read_frames(std::span<const std::byte> bytes, uint64_t address, uint64_t header);

} // namespace trc::symbols
