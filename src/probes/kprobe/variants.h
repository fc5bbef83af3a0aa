// What a compiler has made of a function beside it, or in its place: `f.isra.0`, `f.part.0`, `f.constprop.0`,
// and of these again. Cold parts (`f.cold`) are jumped into, not called, and are none of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc::probes {

/// By the list of all functions of the running kernel; costly.
std::vector<std::string> listed_variants(const std::string& function);

/// Attaches to one function more; false if the kernel has none of that name.
using AttachVariant = std::function<Result<bool>(const std::string& function)>;

/// The variants of a function that is there itself, found by trying their names: to read the list of all
/// functions takes the kernel longer than everything else that trc does. Appends those that were attached.
Result<void> try_variants(const std::string& function, const AttachVariant& attach,
                          std::vector<std::string>& attached);

/// Those of a function in a module, `module:function`, in the text of /proc/kallsyms; in that form too.
std::vector<std::string> variants_in_module(std::string_view kallsyms, const std::string& target);

/// "`a`, `b`"
std::string in_back_ticks(const std::vector<std::string>& names);

} // namespace trc::probes
