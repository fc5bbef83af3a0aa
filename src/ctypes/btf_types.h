// The kernel's types as BTF describes them, as types of the language. Each is read when it is first asked
// for, and kept.
#pragma once

#include <memory>

#include "kernel/kernel.h"
#include "lang/structure.h"

namespace trc {

/// vmlinux's BTF, then, for names that it does not know, that of the modules that are loaded
/// (sys/kernel/btf/*, opened only then). Pointers to `__user` are of the user address space, all others of
/// the kernel's. A kernel without BTF has no types.
std::shared_ptr<const TypeSource> kernel_types(const Kernel& kernel);

} // namespace trc
