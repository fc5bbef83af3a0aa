#include "output/value_text.h"

#include <charconv>

#include "base/overloaded.h"
#include "output/histogram.h"
#include "output/time_series.h"

namespace trc::output {
namespace {

/// What stands between the parts of a value: blanks are left out where a whole value becomes a name.
struct Style {
  std::string_view separator, opening, closing, equals;
};
constexpr Style kReadable = {", ", "{ ", " }", " = "};
constexpr Style kCompact = {",", "{", "}", "="};

template<class Integer> void append_integer(std::string& out, Integer number, int base = 10) {
  char digits[24];
  out.append(digits, std::to_chars(digits, std::end(digits), number, base).ptr);
}

void append_any(std::string& out, const Value& value, const Style& style);

void append_elements(std::string& out, const std::vector<Value>& elements, std::string_view separator,
                     const Style& style) {
  bool first = true;
  for (const Value& element : elements) {
    if (!first) out += separator;
    first = false;
    append_any(out, element, style);
  }
}

void append_record(std::string& out, const Record& record, const Style& style) {
  const size_t before = out.size();
  out += style.opening;
  bool first = true;
  for_each_field(record, [&](const std::string& name, const Value& value) {
    if (!first) out += style.separator;
    first = false;
    out.append(1, '.').append(name).append(style.equals);
    append_any(out, value, style);
  });
  out += style.closing;
  if (first) out.replace(before, out.npos, "{}");
}

void append_any(std::string& out, const Value& value, const Style& style) {
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
                   append_elements(out, tuple.elements, style.separator, style);
                   out += ')';
                 },
                 [&](const Array& array) {
                   out += '[';
                   append_elements(out, array.elements, ",", style);
                   out += ']';
                 },
                 [&](const Record& record) { append_record(out, record, style); },
                 [&](const Enumerator& enumerator) {
                   if (enumerator.name.empty()) return append_integer(out, enumerator.number);
                   out += enumerator.name;
                 },
                 [&](const Buffer& buffer) { append_buffer(out, buffer.bytes, BufferForm::text); },
                 [&](const Histogram& histogram) { append_rows(out, histogram); },
                 [&](const Stack& stack) { append_stack(out, stack); },
                 [&](const Stats& stats) { append_record(out, stats.record, style); },
                 [&](const TimeSeries& series) { append_series(out, series); },
             },
             value.data);
}

void append_hex(std::string& out, char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto number = static_cast<unsigned char>(byte);
  out += kHex[number >> 4];
  out += kHex[number & 15];
}

bool is_printable(char byte) { return byte >= ' ' && byte <= '~'; }

} // namespace

void append_text(std::string& out, const Value& value) { append_any(out, value, kReadable); }

void append_key(std::string& out, const Value& key, KeyForm form) {
  const Style& style = form == KeyForm::compact ? kCompact : kReadable;
  if (const auto* tuple = std::get_if<Tuple>(&key.data); tuple && !tuple->elements.empty()) {
    append_elements(out, tuple->elements, style.separator, style);
  } else {
    append_any(out, key, style);
  }
}

void append_buffer(std::string& out, std::string_view bytes, BufferForm form) {
  bool first = true;
  for (char byte : bytes) {
    if (form == BufferForm::text && is_printable(byte)) {
      out += byte;
      continue;
    }
    if (form != BufferForm::spaced)
      out += "\\x";
    else if (!first)
      out += ' ';
    first = false;
    append_hex(out, byte);
  }
}

void append_stack(std::string& out, const Stack& stack) {
  out += '\n';
  for (const std::string& line : stack.lines)
    out.append(line).append(1, '\n');
}

void append_decimal(std::string& out, int64_t number) { append_integer(out, number); }
void append_decimal(std::string& out, uint64_t number) { append_integer(out, number); }

} // namespace trc::output
