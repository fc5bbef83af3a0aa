// Reads the relocatable BPF ELF file that the code generator made: its sections with their relocations, and
// the BTF that describes its functions and lines. Touches no kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <linux/bpf.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc::runtime {

/// Relocation types of the BPF ELF format (kernel: Documentation/bpf/llvm_reloc.rst).
inline constexpr uint32_t kRelocate64 = 1;    ///< R_BPF_64_64: ld_imm64
inline constexpr uint32_t kRelocateCall = 10; ///< R_BPF_64_32

struct Relocation {
  uint64_t offset = 0; ///< in the section
  uint32_t type = 0;
  std::string symbol;  ///< empty for a section symbol
  std::string section; ///< where the symbol is defined; empty: undefined
  uint64_t value = 0;  ///< of the symbol
};

struct Section {
  std::string name;
  std::vector<std::byte> bytes;
  std::vector<Relocation> relocations;
};

struct ElfObject {
  std::vector<Section> sections; ///< those with content
  const Section* find(std::string_view name) const;
};

Result<ElfObject> read_elf(const std::string& bytes);

/// What .BTF.ext says about one section's program, in the form in which the kernel wants it.
struct ProgramBtf {
  std::vector<bpf_func_info> functions;
  std::vector<bpf_line_info> lines;
};

/// Empty where the tables do not mention the section or are damaged: they only serve messages.
ProgramBtf read_program_btf(const ElfObject& object, std::string_view section);

} // namespace trc::runtime
