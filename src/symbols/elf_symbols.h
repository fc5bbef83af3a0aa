// The functions of one ELF file, by their place in it.
#pragma once

#include <string>
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/symbol_table.h"

namespace trc::symbols {

class ElfSymbols {
public:
  /// Reads an open file; what can't be read is simply not there. Also looks where distributions put symbols
  /// of stripped files: .gnu_debugdata in the file, and /usr/lib/debug by build id, and beside the file, if
  /// its path is known.
  static ElfSymbols read(int fd, std::string path = {});
  /// The same of an image in memory.
  static ElfSymbols read(const char* image, size_t size);

  /// The function at a place in the file.
  std::optional<FoundSymbol> find(uint64_t file_offset) const;
  /// The address that the file itself uses for a place in it; the place where it has none.
  uint64_t address_of(uint64_t file_offset) const;
  /// 40 hexadecimal digits for most; "" if the file has none.
  const std::string& build_id() const { return build_id_; }
  size_t bytes() const { return table_.bytes(); }

private:
  static ElfSymbols read(ElfFile& file);
  const ElfSegment* segment_of(uint64_t file_offset) const;

  std::vector<ElfSegment> segments_;
  SymbolTable table_; ///< by the addresses that the file itself uses
  std::string build_id_;
};

/// Whether a symbol stands for code in its file.
bool is_code(const GElf_Sym& symbol);
/// Of several names for one address people call it by that of the lowest rank: `write` rather than `__write`
/// or `__GI___libc_write`.
unsigned rank_of(const GElf_Sym& symbol, std::string_view name);

/// `ns::f(int)` for the name that a compiler made of it; the name itself if it is none such.
std::string demangle(std::string_view name);

} // namespace trc::symbols
