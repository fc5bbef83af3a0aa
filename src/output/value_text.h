// The default text form of a value: what print() and `%s` show, and what maps show of keys and values.
#pragma once

#include <string>

#include "output/value.h"

namespace trc::output {

void append_text(std::string& out, const Value& value);
/// A map's key: a tuple goes without its outer parentheses. `separator` stands between elements at all
/// levels.
void append_key(std::string& out, const Value& key, std::string_view separator);

void append_decimal(std::string& out, int64_t number);
void append_decimal(std::string& out, uint64_t number);

} // namespace trc::output
