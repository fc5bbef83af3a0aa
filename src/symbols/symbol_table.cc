#include "symbols/symbol_table.h"

#include <algorithm>
#include <limits>

namespace trc::symbols {
namespace {

/// No function and hardly an object is larger: what is further from a symbol of unknown size is not in it.
constexpr uint64_t kLargest = 16 << 20;

} // namespace

void SymbolTable::add(uint64_t address, uint64_t size, std::string_view name, uint32_t group) {
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
  if (names_.size() + name.size() >= kMost) return;
  rows_.push_back(
      {address, static_cast<uint32_t>(std::min(size, kMost)), static_cast<uint32_t>(names_.size()), group});
  names_.append(name).append(1, '\0');
}

void SymbolTable::finish() {
  auto by_address = [](const Row& a, const Row& b) { return a.address < b.address; };
  if (!std::ranges::is_sorted(rows_, by_address)) std::ranges::stable_sort(rows_, by_address);
  auto same = [](const Row& a, const Row& b) { return a.address == b.address; };
  rows_.erase(std::unique(rows_.begin(), rows_.end(), same), rows_.end());
  rows_.shrink_to_fit();
  names_.shrink_to_fit();
}

std::optional<FoundSymbol> SymbolTable::find(uint64_t address) const {
  auto behind = std::ranges::upper_bound(rows_, address, {}, &Row::address);
  if (behind == rows_.begin()) return {};
  const Row& row = *(behind - 1);
  const uint64_t offset = address - row.address;
  if (row.size != 0 ? offset >= row.size : offset >= kLargest) return {};
  return FoundSymbol{.name = names_.c_str() + row.name, .offset = offset, .group = row.group};
}

} // namespace trc::symbols
