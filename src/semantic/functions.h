// Which functions call which: the kernel has no recursion to offer.
#pragma once

#include <map>
#include <vector>

#include "base/diagnostic.h"
#include "semantic/declarations.h"

namespace trc {

/// What one function calls, and where.
using FunctionCalls = std::map<typed::FunctionId, Span>;

/// Reports functions that come to call themselves. `calls` is by function.
void report_recursion(const Declarations& declarations, const std::vector<FunctionCalls>& calls,
                      Diagnostics& diagnostics);

} // namespace trc
