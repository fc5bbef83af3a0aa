// The C definition of a type, as `trc -l 'struct NAME'` shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"

namespace trc {

/// `struct NAME { … };` with a member a line; of unions and enumerations likewise. Anonymous members are
/// written out where they stand.
std::string c_definition(const Btf& btf, uint32_t type_id);

struct NamedDefinition {
  std::string object; ///< whose BTF: "vmlinux" or a module
  std::string text;
};

/// All definitions whose names ("struct task_struct") fit a pattern with `*`.
std::vector<NamedDefinition> find_definitions(const Kernel& kernel, std::string_view pattern);

} // namespace trc
