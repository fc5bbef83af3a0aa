// The kernel and its modules, as those that have BTF.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf.h"
#include "kernel/btf_query.h"
#include "kernel/kernel.h"

namespace trc::probes {

struct ModuleBtf {
  const Btf* btf;
  std::string module; ///< "": the kernel itself
};

/// The kernel itself, if `pattern` fits its name `vmlinux`, and the modules that it fits; each is opened for
/// that.
std::vector<ModuleBtf> btf_of_modules(const Kernel& kernel, std::string_view pattern);

} // namespace trc::probes
