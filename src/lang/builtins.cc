#include "lang/builtins.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace trc {
namespace {

ParameterKind parameter_kind(std::string_view word) {
  static constexpr std::pair<std::string_view, ParameterKind> kWords[] = {
      {"int", ParameterKind::integer}, {"text", ParameterKind::text},   {"number", ParameterKind::number},
      {"map", ParameterKind::map},     {"keyed", ParameterKind::keyed}, {"any", ParameterKind::any},
  };
  for (auto& [name, kind] : kWords)
    if (name == word) return kind;
  TRC_CHECK(false, "unknown parameter kind in builtins.def");
}

Builtin parse_row(BuiltinId id, std::string_view name, BuiltinKind kind, std::string_view parameters,
                  std::string_view result, std::string_view doc, std::string_view example) {
  Builtin row = {.id = id,
                 .name = name,
                 .kind = kind,
                 .result = result,
                 .signature = parameters,
                 .doc = doc,
                 .example = example};
  if (parameters.empty()) return row;
  for (std::string_view part : split(parameters, ',')) {
    part = trim(part);
    if (part == "...") {
      row.any_number = true;
      continue;
    }
    bool optional = part.front() == '[';
    if (optional) part = part.substr(1, part.size() - 2);
    row.parameters.push_back(parameter_kind(part));
    if (!optional) row.required = row.parameters.size();
  }
  return row;
}

} // namespace

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> rows = {
#define BUILTIN(id, name, kind, parameters, result, doc, example)                                            \
  parse_row(BuiltinId::id, name, BuiltinKind::kind, parameters, result, doc, example),
#include "lang/builtins.def"
#undef BUILTIN
  };
  return rows;
}

const Builtin& builtin(BuiltinId id) { return builtins()[static_cast<size_t>(id)]; }

const Builtin* find_builtin(std::string_view name) {
  auto found =
      std::find_if(builtins().begin(), builtins().end(), [&](const Builtin& b) { return b.name == name; });
  return found == builtins().end() ? nullptr : &*found;
}

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const Builtin& row : builtins())
    names.emplace_back(row.name);
  return names;
}

} // namespace trc
