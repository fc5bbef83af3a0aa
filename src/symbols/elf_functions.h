// The functions of an ELF file by their names: what probes in programs are put on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"

namespace trc::symbols {

struct ElfFunction {
  std::string name;         ///< as the file has it, not demangled
  uint64_t address = 0;     ///< that the file itself uses
  uint64_t size = 0;        ///< bytes; 0: not known
  uint64_t offset = 0;      ///< of its first instruction in the file
  bool is_indirect = false; ///< what lies there only chooses the function: memcpy of the C library
  bool is_typed = true;     ///< the file says that it is a function, not just a place in code
  unsigned rank = 0;        ///< see rank_of()

  bool operator==(const ElfFunction&) const = default;
};

/// Those of the wanted names, each place once for each name, by address, then as people
/// call it: rank, length, name. Where a name is
/// wanted as `NAME@VERSION`, it is that of dynamic linking with this version; `NAME@@VERSION` only if that is
/// what programs get that ask for none.
std::vector<ElfFunction> find_functions(ElfFile& file,
                                        const std::function<bool(std::string_view name)>& wanted,
                                        bool with_versions = false);

/// The function whose code holds an address, by the sizes that the file gives.
std::optional<ElfFunction> function_around(ElfFile& file, uint64_t address);

/// Variables and functions alike: nothing if there is none of that name.
struct ElfObject {
  uint64_t address = 0;
  uint64_t size = 0;
};
std::optional<ElfObject> find_symbol(ElfFile& file, std::string_view name);

} // namespace trc::symbols
