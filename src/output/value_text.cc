#include "output/value_text.h"

#include <charconv>

#include "base/overloaded.h"
#include "output/histogram.h"

namespace trc::output {
namespace {

template<class Integer> void append_integer(std::string& out, Integer number, int base = 10) {
  char digits[24];
  out.append(digits, std::to_chars(digits, std::end(digits), number, base).ptr);
}

void append_any(std::string& out, const Value& value, std::string_view separator);

void append_elements(std::string& out, const Tuple& tuple, std::string_view separator) {
  bool first = true;
  for (const Value& element : tuple.elements) {
    if (!first) out += separator;
    first = false;
    append_any(out, element, separator);
  }
}

void append_any(std::string& out, const Value& value, std::string_view separator) {
  std::visit(overloaded{
                 [&](std::monostate) { out += "null"; },
                 [&](bool b) { out += b ? "true" : "false"; },
                 [&](int64_t number) { append_integer(out, number); },
                 [&](uint64_t number) { append_integer(out, number); },
                 [&](const Pointer& pointer) {
                   out += "0x";
                   append_integer(out, pointer.address, 16);
                 },
                 [&](const std::string& text) { out += text; },
                 [&](const Tuple& tuple) {
                   out += '(';
                   append_elements(out, tuple, separator);
                   out += ')';
                 },
                 [&](const Array&) { out += "?"; },
                 [&](const Record&) { out += "?"; },
                 [&](const Enumerator&) { out += "?"; },
                 [&](const Buffer&) { out += "?"; },
                 [&](const Histogram& histogram) { append_rows(out, histogram); },
             },
             value.data);
}

} // namespace

void append_text(std::string& out, const Value& value) { append_any(out, value, ", "); }

void append_key(std::string& out, const Value& key, std::string_view separator) {
  if (const auto* tuple = std::get_if<Tuple>(&key.data)) {
    append_elements(out, *tuple, separator);
  } else {
    append_any(out, key, separator);
  }
}

void append_decimal(std::string& out, int64_t number) { append_integer(out, number); }
void append_decimal(std::string& out, uint64_t number) { append_integer(out, number); }

} // namespace trc::output
