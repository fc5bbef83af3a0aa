// What `args` is in a uprobe: the parameters of its function, by the debug information of its file.
#pragma once

#include "dwarf/debug_info.h"
#include "probes/provider.h"

namespace trc::probes {

/// Of the function that begins at this address, as the symbols of the file count. An error where nothing is
/// known of it. `shown`: the file, for messages.
Result<std::vector<Argument>> function_arguments(const dwarf::DebugInfo* file, uint64_t address,
                                                 const std::string& shown);

} // namespace trc::probes
