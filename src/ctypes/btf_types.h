// The kernel's types as BTF describes them, as types of the language. Each is read when it is first asked
// for, and kept.
#pragma once

#include <memory>
#include <string>

#include "kernel/kernel.h"
#include "lang/structure.h"

namespace trc {

/// vmlinux's BTF, then, for names that it does not know, that of the modules that are loaded
/// (sys/kernel/btf/*, opened only then). Pointers to `__user` are of the user address space, all others of
/// the kernel's. A kernel without BTF has no types. Made at no cost: nothing is read before the first
/// question. `kernel` must outlive it and stay where it is.
std::shared_ptr<const TypeSource> kernel_types(const Kernel& kernel);

/// The type with that id in the BTF of a module, or "" for the kernel's own, by the names that kernel_types()
/// knows; none for void and for ids that are not there.
Type kernel_type(const Kernel& kernel, uint32_t btf_id, const std::string& module = {});

/// Whether the verifier lets a tp_btf program load an argument of that type from its context, and takes it
/// for a pointer to a kernel structure.
struct BtfArgumentRules {
  bool is_loadable = false;
  bool is_trusted = false;
};
BtfArgumentRules btf_argument_rules(const Kernel& kernel, uint32_t btf_id, const std::string& module = {});

} // namespace trc
