// What a script defines outermost, besides probes: found by name while bodies are checked.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "parser/ast.h"
#include "semantic/typed_program.h"

namespace trc {

/// A `fn` as its callers see it.
struct FunctionSignature {
  const ast::Function* source = nullptr;
  std::vector<Type> parameters;
  Type result; ///< none: void
};

struct Declarations {
  /// In the order of the program: the library's come last, so that of two that fit alike the script's wins.
  std::multimap<std::string_view, const ast::Macro*> macros;
  std::set<const ast::Macro*> library;      ///< which of them are the library's
  std::vector<FunctionSignature> functions; ///< index = typed::FunctionId
};

/// Reports names that are defined twice. The functions' types are not resolved yet.
Declarations collect_declarations(const ast::Program& program, Diagnostics& diagnostics);

/// `name($a, @b, c)`
std::string signature(const ast::Macro& macro);

} // namespace trc
