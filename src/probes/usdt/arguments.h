// The arguments of a USDT probe, from the text that the compiler left: "-4@%eax 8@-16(%rbp) 4@$5".
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "probes/provider.h"

namespace trc::probes {

/// How far behind the probe's own instruction a variable of the file lies; nothing if it is not known.
using DistanceOf = std::function<std::optional<int64_t>(std::string_view symbol)>;

/// One for each argument; what can't be read says why.
std::vector<LocatedArgument> read_usdt_arguments(std::string_view text, const DistanceOf& distance_of);

/// "int32_t" for "-4@%eax".
std::string c_type_of(const LocatedArgument& argument);

} // namespace trc::probes
