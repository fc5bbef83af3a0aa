#include "probes/btf_modules.h"

#include "base/text.h"
#include "probes/listing.h"

namespace trc::probes {

std::vector<ModuleBtf> btf_of_modules(const Kernel& kernel, std::string_view pattern) {
  std::vector<ModuleBtf> found;
  if (kernel.btf() && glob_match(pattern, kKernelItself)) found.push_back({kernel.btf(), ""});
  for (const std::string& module : kernel.btf_modules())
    if (glob_match(pattern, module))
      if (const Btf* btf = kernel.module_btf(module)) found.push_back({btf, module});
  return found;
}

} // namespace trc::probes
