// The line table: from lines of the source to addresses.
#pragma once

#include <string_view>
#include <vector>

#include "dwarf/debug_info.h"

namespace trc::dwarf {

/// See DebugInfo.
std::vector<LineAddress> addresses_of_line(Dwarf* dwarf, std::string_view file, uint32_t line,
                                           uint32_t column);
std::vector<uint32_t> lines_with_code(Dwarf* dwarf, std::string_view file);

} // namespace trc::dwarf
