#include "symbols/elf_symbols.h"

#include <algorithm>

namespace trc::symbols {
namespace {

struct Candidate {
  uint64_t address, size;
  std::string_view name;
  unsigned rank;
};

} // namespace

unsigned rank_of(const GElf_Sym& symbol, std::string_view name) {
  const bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
  const bool is_function = GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE;
  const auto underscores = std::min(name.find_first_not_of('_'), size_t{15});
  return (is_function ? 0 : 4096) + (is_local ? 1024 : 0) + static_cast<unsigned>(underscores);
}

bool is_code(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0) return false;
  return type == STT_FUNC || type == STT_GNU_IFUNC ||
         (type == STT_NOTYPE && symbol.st_shndx < SHN_LORESERVE && GELF_ST_BIND(symbol.st_info) != STB_LOCAL);
}

ElfSymbols ElfSymbols::read(ElfFile& file) {
  ElfSymbols symbols;
  symbols.segments_ = file.segments();
  symbols.build_id_ = file.build_id();
  std::vector<Candidate> all; // their names lie in the file
  file.for_each_symbol([&](const ElfSymbol& one) {
    if (is_code(one.symbol))
      all.push_back({one.symbol.st_value, one.symbol.st_size, one.name, rank_of(one.symbol, one.name)});
  });
  std::ranges::stable_sort(all, {}, [](const Candidate& c) { return std::pair(c.address, c.rank); });
  for (const Candidate& candidate : all)
    symbols.table_.add(candidate.address, candidate.size, candidate.name);
  symbols.table_.finish();
  return symbols;
}

ElfSymbols ElfSymbols::read(int fd, std::string path) {
  auto file = ElfFile::open(fd, std::move(path));
  return file ? read(*file) : ElfSymbols();
}

ElfSymbols ElfSymbols::read(const char* image, size_t size) {
  auto file = ElfFile::open(image, size);
  return file ? read(*file) : ElfSymbols();
}

const ElfSegment* ElfSymbols::segment_of(uint64_t file_offset) const {
  for (const ElfSegment& segment : segments_)
    if (file_offset >= segment.offset && file_offset - segment.offset < segment.size) return &segment;
  return nullptr;
}

std::optional<FoundSymbol> ElfSymbols::find(uint64_t file_offset) const {
  const ElfSegment* segment = segment_of(file_offset);
  if (segment == nullptr) return {};
  return table_.find(file_offset - segment->offset + segment->address);
}

uint64_t ElfSymbols::address_of(uint64_t file_offset) const {
  const ElfSegment* segment = segment_of(file_offset);
  return segment == nullptr ? file_offset : file_offset - segment->offset + segment->address;
}

} // namespace trc::symbols
