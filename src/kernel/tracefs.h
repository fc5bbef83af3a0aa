// tracefs: where it is mounted, and the `format` files in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/kernel.h"

namespace trc {

/// The directory with the tracepoints (`events`) of the machine below `root`. On the running machine ("")
/// tracefs is mounted if it isn't yet and we may. Errors are never of kind not_found: that is left for a
/// tracepoint.
Result<std::string> events_directory(const std::string& root);

/// All `field:` lines of a `format` file.
Result<std::vector<TracepointField>> parse_tracepoint_format(std::string_view text);

} // namespace trc
