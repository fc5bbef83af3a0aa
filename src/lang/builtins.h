// The builtins of the language as data, from builtins.def, with their parameters parsed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trc {

enum class BuiltinId : uint16_t {
#define BUILTIN(id, name, kind, parameters, result, doc, example) id,
#include "lang/builtins.def"
#undef BUILTIN
};

enum class BuiltinKind : uint8_t { value, function, action, aggregation };

/// What an argument may be; see the head of builtins.def.
enum class ParameterKind : uint8_t { integer, text, number, map, keyed, any };

struct Builtin {
  BuiltinId id;
  std::string_view name;
  BuiltinKind kind;
  std::vector<ParameterKind> parameters;
  size_t required = 0;        ///< how many of the parameters must be given
  bool any_number = false;    ///< more arguments of any kind may follow
  std::string_view result;    ///< spelling of a type, "none" or "special"
  std::string_view signature; ///< parameters as written in the row
  std::string_view doc;
  std::string_view example;
};

const std::vector<Builtin>& builtins();
const Builtin& builtin(BuiltinId id);
/// Null if there is none of that name.
const Builtin* find_builtin(std::string_view name);
std::vector<std::string> builtin_names();

} // namespace trc
