// The BPF programs that are loaded in the running kernel.
#pragma once

#include <cstdint>
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

} // namespace trc
