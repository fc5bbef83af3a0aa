// The default text form of a value: what print() and `%s` show, and what maps show of keys and values.
#pragma once

#include <string>
#include <string_view>

#include "output/value.h"
#include "program/format_spec.h"

namespace trc::output {

void append_text(std::string& out, const Value& value);

enum class KeyForm : unsigned char {
  readable, ///< `1, { .a = 2 }`
  compact,  ///< `1,{.a=2}`: the names of entries in JSON
};
/// A map's key: a tuple goes without its outer parentheses.
void append_key(std::string& out, const Value& key, KeyForm form);

void append_buffer(std::string& out, std::string_view bytes, BufferForm form);

/// On lines of their own.
void append_stack(std::string& out, const Stack& stack);
void append_decimal(std::string& out, int64_t number);
void append_decimal(std::string& out, uint64_t number);

/// Calls use(name, value) for each field. Those of anonymous members count as the record's own.
template<class Use> void for_each_field(const Record& record, const Use& use) {
  for (size_t i = 0; i < record.values.size(); ++i) {
    static const std::string kNoName;
    const std::string& name = i < record.names.size() ? record.names[i] : kNoName;
    const auto* inner = std::get_if<Record>(&record.values[i].data);
    if (name.empty() && inner)
      for_each_field(*inner, use);
    else
      use(name, record.values[i]);
  }
}

} // namespace trc::output
