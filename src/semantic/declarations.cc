#include "semantic/declarations.h"

#include <map>
#include <string>

namespace trc {
namespace {

bool same_kinds(const ast::Macro& a, const ast::Macro& b) {
  if (a.parameters.size() != b.parameters.size()) return false;
  for (size_t i = 0; i < a.parameters.size(); ++i)
    if (a.parameters[i].kind != b.parameters[i].kind) return false;
  return true;
}

} // namespace

std::string signature(const ast::Macro& macro) {
  std::string text;
  for (const ast::MacroParameter& parameter : macro.parameters)
    text += (text.empty() ? "" : ", ") +
            std::string(parameter.kind == ast::MacroParameterKind::variable ? "$" : "") + parameter.name.name;
  return macro.name.name + "(" + text + ")";
}

Declarations collect_declarations(const ast::Program& program, Diagnostics& diagnostics) {
  Declarations declarations;
  const size_t own = program.macros.size() - program.library_macros;
  for (size_t i = 0; i < program.macros.size(); ++i) {
    const ast::Macro& macro = program.macros[i];
    auto [first, last] = declarations.macros.equal_range(macro.name.name);
    for (auto it = first; it != last && i < own; ++it)
      if (same_kinds(*it->second, macro))
        diagnostics.report(DiagnosticId::defined_twice, macro.name.span, signature(macro));
    if (i >= own) declarations.library.insert(&macro);
    declarations.macros.emplace(macro.name.name, &macro);
  }
  std::map<std::string_view, const ast::Function*> functions;
  for (const ast::Function& function : program.functions) {
    const std::string& name = function.name.name;
    if (!functions.try_emplace(name, &function).second || declarations.macros.contains(name))
      diagnostics.report(DiagnosticId::defined_twice, function.name.span, name);
    declarations.functions.push_back({.source = &function, .parameters = {}, .result = {}});
  }
  return declarations;
}

} // namespace trc
