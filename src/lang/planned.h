// What is not there yet: see planned.def.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trc {

/// The hint for an unknown name: that trc does not have it yet, or the known name that is nearest, or
/// nothing.
std::string hint_for_unknown(std::string_view name, const std::vector<std::string>& known);

} // namespace trc
