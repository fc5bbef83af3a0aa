// The static probes (USDT) that a program or library has: notes that <sys/sdt.h> leaves in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "symbols/elf_file.h"

namespace trc::symbols {

/// One place of a probe; a probe can have many.
struct UsdtNote {
  std::string provider, name;
  std::string arguments;  ///< as the compiler wrote them: "-4@%eax 8@-16(%rbp)"
  uint64_t address = 0;   ///< of the instruction, as the file itself counts
  uint64_t offset = 0;    ///< of the instruction in the file
  uint64_t semaphore = 0; ///< where in the file the counter of those who listen lies; 0: it has none

  bool operator==(const UsdtNote&) const = default;
};

/// In the order of the file; those that make no sense are left out.
std::vector<UsdtNote> read_usdt_notes(const ElfFile& file);

} // namespace trc::symbols
