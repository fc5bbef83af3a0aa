#include "symbols/elf_functions.h"

#include <algorithm>
#include <tuple>

#include "symbols/elf_symbols.h"

namespace trc::symbols {
namespace {

/// Nothing for what is no code that is loaded from the file.
std::optional<ElfFunction> function_of(const ElfFile& file, const ElfSymbol& one) {
  if (!is_code(one.symbol)) return {};
  const uint64_t address = one.symbol.st_value;
  for (const ElfSegment& segment : file.segments()) {
    if (!segment.is_executable || address < segment.address || address - segment.address >= segment.size)
      continue;
    const auto type = GELF_ST_TYPE(one.symbol.st_info);
    return ElfFunction{.name = one.name,
                       .address = address,
                       .size = one.symbol.st_size,
                       .offset = address - segment.address + segment.offset,
                       .is_indirect = type == STT_GNU_IFUNC,
                       .is_typed = type != STT_NOTYPE,
                       .rank = rank_of(one.symbol, one.name)};
  }
  return {};
}

} // namespace

std::vector<ElfFunction>
find_functions(ElfFile& file, const std::function<bool(std::string_view name)>& wanted, bool with_versions) {
  std::vector<ElfFunction> found;
  auto look_at = [&](const ElfSymbol& one) {
    std::string versioned;
    if (*one.version != '\0') versioned = std::string(one.name) + "@" + one.version;
    if (!wanted(one.name) && (versioned.empty() || !wanted(versioned)) &&
        (!one.is_default || !wanted(std::string(one.name) + "@@" + one.version)))
      return;
    if (auto function = function_of(file, one)) found.push_back(std::move(*function));
  };
  file.for_each_symbol(look_at, with_versions);
  auto order = [](const ElfFunction& f) {
    return std::tuple(f.address, f.rank, f.name.size(), std::string_view(f.name));
  };
  std::ranges::sort(found, [&](const auto& a, const auto& b) { return order(a) < order(b); });
  // Most are in both tables.
  auto same = [](const auto& a, const auto& b) { return a.address == b.address && a.name == b.name; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::optional<ElfFunction> function_around(ElfFile& file, uint64_t address) {
  std::optional<ElfFunction> best;
  file.for_each_symbol([&](const ElfSymbol& one) {
    if (address < one.symbol.st_value || address - one.symbol.st_value >= one.symbol.st_size) return;
    auto function = function_of(file, one);
    if (function && (!best || function->rank < best->rank)) best = std::move(function);
  });
  return best;
}

std::optional<ElfObject> find_symbol(ElfFile& file, std::string_view name) {
  std::optional<ElfObject> found;
  file.for_each_symbol([&](const ElfSymbol& one) {
    if (found || name != one.name || one.symbol.st_shndx == SHN_UNDEF) return;
    // Of a thread's own variables the value is an offset in each thread's memory.
    if (GELF_ST_TYPE(one.symbol.st_info) == STT_TLS || one.symbol.st_value == 0) return;
    found = {.address = one.symbol.st_value, .size = one.symbol.st_size};
  });
  return found;
}

} // namespace trc::symbols
