#include "symbols/kernel_symbols.h"

#include <charconv>

#include "kernel/files.h"
#include "symbols/background.h"

namespace trc::symbols {
namespace {

/// Below it are user addresses, and offsets in the memory of CPUs, which kernels before 6.15 list as symbols.
constexpr uint64_t kFirstAddress = uint64_t{1} << 63;

} // namespace

/// Lines are `ffffffff81000000 T _text`, with `\t[module]` behind the names that are not of the kernel
/// itself.
void KernelSymbols::parse(std::string_view text) {
  uint32_t module = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    uint64_t address = 0;
    const char* last = line.data() + line.size();
    auto [at, error] = std::from_chars(line.data(), last, address, 16);
    if (error != std::errc() || last - at < 4 || address < kFirstAddress) continue;
    std::string_view name = line.substr(at - line.data() + 3);
    const size_t tab = name.find('\t');
    if (tab == name.npos) {
      table_.add(address, 0, name);
      continue;
    }
    std::string_view bracketed = name.substr(tab + 1);
    if (bracketed.starts_with('[')) bracketed.remove_prefix(1);
    if (bracketed.ends_with(']')) bracketed.remove_suffix(1);
    // Those of one module stand together.
    if (modules_[module] != bracketed) {
      module = modules_.size();
      modules_.emplace_back(bracketed);
    }
    table_.add(address, 0, name.substr(0, tab), module);
  }
  table_.finish();
}

void KernelSymbols::load() {
  std::call_once(loaded_, [this] {
    if (table_.size() > 0) return;
    if (auto text = read_file("/proc/kallsyms")) parse(*text);
  });
}

void KernelSymbols::prepare() {
  if (!thread_.joinable()) thread_ = in_background([this] { load(); });
}

std::optional<KernelSymbol> KernelSymbols::find(uint64_t address) {
  load();
  auto found = table_.find(address);
  if (!found) return {};
  return KernelSymbol{.name = found->name, .offset = found->offset, .module = modules_[found->group]};
}

} // namespace trc::symbols
