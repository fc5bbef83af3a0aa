// Which bytes are valid UTF-8: JSON text and a terminal take nothing else, and what scripts and kernels hold
// is often not.
#pragma once

#include <cstddef>
#include <string_view>

namespace trc {

/// The length of the valid UTF-8 sequence at the start of `text`; 0 if there is none.
size_t utf8_sequence(std::string_view text);
bool is_utf8(std::string_view text);

} // namespace trc
