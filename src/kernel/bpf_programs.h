// The BPF programs that are loaded in the running kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace trc {

/// A function of a loaded program that has BTF: its entry, or one that it calls.
struct BpfFunction {
  uint32_t program = 0; ///< the kernel's id of the program
  std::string name;
  uint32_t btf_id = 0; ///< of the function, in the program's own BTF
};

/// In the order of the programs' ids. Needs CAP_SYS_ADMIN, as the kernel tells its programs to nobody else.
Result<std::vector<BpfFunction>> loaded_bpf_functions();

/// What the kernel decides by what a program may do.
struct ProgramKind {
  uint32_t type = 0, attach_type = 0; ///< bpf_prog_type, bpf_attach_type (include/uapi/linux/bpf.h)
  uint32_t attach_btf_id = 0;

  bool is_tracing() const;
};

/// Whether the running kernel lets such a program call the function with this id; nothing if we may not ask.
std::optional<bool> kernel_allows_call(uint32_t function_id, const ProgramKind& program);

} // namespace trc
