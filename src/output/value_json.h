// The JSON form of a value (language.md 11.7). Whatever bytes the data hold, the text is valid JSON.
#pragma once

#include <string>
#include <string_view>

#include "output/value.h"

namespace trc::output {

void append_json(std::string& out, const Value& value);
/// A quoted string; bytes that are not UTF-8 come as \u00XX.
/// What a reader makes of append_json_string(): valid UTF-8.
std::string as_utf8(std::string_view text);
void append_json_string(std::string& out, std::string_view text);

} // namespace trc::output
