#include "program/pretty_json.h"

#include <nlohmann/json.hpp>

namespace trc {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kWidth = 110;
constexpr size_t kIndent = 2;

void append_line_form(std::string& out, const Json& json) {
  if (!json.is_structured()) {
    out += json.dump();
    return;
  }
  bool is_object = json.is_object();
  out += is_object ? '{' : '[';
  bool first = true;
  for (const auto& item : json.items()) {
    if (!first) out += ", ";
    first = false;
    if (is_object) out += Json(item.key()).dump() + ": ";
    append_line_form(out, item.value());
  }
  out += is_object ? '}' : ']';
}

/// `used`: columns that are taken on the line already.
void append(std::string& out, const Json& json, size_t indent, size_t used) {
  std::string line;
  append_line_form(line, json);
  if (!json.is_structured() || json.empty() || used + line.size() <= kWidth) {
    out += line;
    return;
  }
  bool is_object = json.is_object();
  out += is_object ? '{' : '[';
  bool first = true;
  for (const auto& item : json.items()) {
    out += first ? "\n" : ",\n";
    first = false;
    std::string start(indent + kIndent, ' ');
    if (is_object) start += Json(item.key()).dump() + ": ";
    out += start;
    append(out, item.value(), indent + kIndent, start.size());
  }
  out += '\n';
  out.append(indent, ' ');
  out += is_object ? '}' : ']';
}

} // namespace

std::string pretty_json(const Json& json) {
  std::string out;
  append(out, json, 0, 0);
  out += '\n';
  return out;
}

} // namespace trc
