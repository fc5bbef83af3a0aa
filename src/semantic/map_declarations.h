// What a script says of its maps outermost: `let @m = lruhash(10);`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "parser/ast.h"
#include "semantic/typed_program.h"

namespace trc {

struct DeclaredMap {
  typed::MapDeclaration declaration;
  ast::Spelled kind; ///< as it was written
  Span span;         ///< of the map's name
  bool is_imported = false;
};

using DeclaredMaps = std::map<std::string, DeclaredMap>;

/// `number` gives the value of an expression that is known by now.
DeclaredMaps
read_map_declarations(const ast::Program& program,
                      const std::function<std::optional<uint64_t>(const ast::Expression&)>& number,
                      Diagnostics& diagnostics);

/// Puts them into the program's maps; reports those that don't go with the map's values, or that no map has.
void apply_map_declarations(const DeclaredMaps& declared, typed::Program& program, Diagnostics& diagnostics);

} // namespace trc
