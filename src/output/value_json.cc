#include "output/value_json.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/utf8.h"
#include "output/time_series.h"
#include "output/value_text.h"

namespace trc::output {
namespace {

/// Readers that know only doubles would take another number for the one that was meant: it comes quoted then.
constexpr uint64_t kDoubleBits = 53;

bool fits_double(uint64_t magnitude) {
  if (magnitude >> kDoubleBits == 0) return true;
  while ((magnitude & 1) == 0)
    magnitude >>= 1;
  return magnitude >> kDoubleBits == 0;
}

template<class Integer> void append_number(std::string& out, Integer number) {
  uint64_t magnitude = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  bool quoted = !fits_double(magnitude);
  if (quoted) out += '"';
  append_decimal(out, number);
  if (quoted) out += '"';
}

void append_rows_json(std::string& out, const Histogram& histogram) {
  out += '[';
  bool first = true;
  for (const auto& row : histogram.rows) {
    out += first ? "{" : ",{";
    first = false;
    if (row.low) {
      out += "\"min\": ";
      append_number(out, *row.low);
      out += ", ";
    }
    // The top row of hist() ends where int64 does; the top one of lhist() has no end.
    if (row.high || !histogram.linear) {
      out += "\"max\": ";
      append_number(out, row.high ? *row.high - 1 : INT64_MAX);
      out += ", ";
    }
    out += "\"count\": ";
    append_number(out, row.count);
    out += '}';
  }
  out += ']';
}

/// Intervals in which nothing happened are left out.
void append_points_json(std::string& out, const TimeSeries& series) {
  out += '[';
  bool first = true;
  for (const TimeSeries::Point& point : series.points) {
    if (!point.value) continue;
    out += first ? "{\"interval_start\":\"" : ",{\"interval_start\":\"";
    first = false;
    append_date(out, point.start);
    out += "\",\"value\":";
    if (series.is_signed)
      append_number(out, static_cast<int64_t>(*point.value));
    else
      append_number(out, *point.value);
    out += '}';
  }
  out += ']';
}

void append_list(std::string& out, const std::vector<Value>& elements) {
  out += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    append_json(out, elements[i]);
  }
  out += ']';
}

void append_object(std::string& out, const Record& record) {
  out += '{';
  bool first = true;
  for_each_field(record, [&](const std::string& name, const Value& value) {
    if (!first) out += ", ";
    first = false;
    append_json_string(out, name);
    out += ": ";
    append_json(out, value);
  });
  out += '}';
}

void append_bytes(std::string& out, std::string_view bytes) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ',';
    append_decimal(out, int64_t{static_cast<signed char>(bytes[i])});
  }
  out += ']';
}

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

void append_escaped(std::string& out, unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
  case '"': out += "\\\""; return;
  case '\\': out += "\\\\"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default:
    out += "\\u00";
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
}

} // namespace

std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t sequence = std::max<size_t>(1, utf8_sequence(text));
    const auto first = static_cast<unsigned char>(text[0]);
    if (sequence > 1 || first < 0x80)
      out += text.substr(0, sequence);
    else // \\u00XX is a character of two bytes
      (out += static_cast<char>(0xc0 | first >> 6)) += static_cast<char>(0x80 | (first & 0x3f));
    text.remove_prefix(sequence);
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && is_plain(static_cast<unsigned char>(text[plain])))
      ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    size_t sequence = utf8_sequence(text);
    if (sequence > 1) {
      out += text.substr(0, sequence);
    } else {
      append_escaped(out, static_cast<unsigned char>(text[0]));
    }
    text.remove_prefix(sequence > 1 ? sequence : 1);
  }
  out += '"';
}

void append_json(std::string& out, const Value& value) {
  std::visit(overloaded{
                 [&](std::monostate) { out += "null"; },
                 [&](bool b) { out += b ? "true" : "false"; },
                 [&](int64_t number) { append_number(out, number); },
                 [&](uint64_t number) { append_number(out, number); },
                 [&](const Pointer& pointer) { append_number(out, pointer.address); },
                 [&](const std::string& text) { append_json_string(out, text); },
                 [&](const Tuple& tuple) { append_list(out, tuple.elements); },
                 [&](const Array& array) { append_list(out, array.elements); },
                 [&](const Record& record) { append_object(out, record); },
                 [&](const Enumerator& enumerator) { append_number(out, enumerator.number); },
                 [&](const Buffer& buffer) { append_bytes(out, buffer.bytes); },
                 [&](const Histogram& histogram) { append_rows_json(out, histogram); },
                 [&](const Stack& stack) {
                   std::string text;
                   append_stack(text, stack);
                   append_json_string(out, text);
                 },
                 [&](const Stats& stats) { append_object(out, stats.record); },
                 [&](const TimeSeries& series) { append_points_json(out, series); },
             },
             value.data);
}

} // namespace trc::output
