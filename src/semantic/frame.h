// Where names mean something: the body of a probe or function, or one expansion of a macro. The macro's tree
// is not copied: its names are looked up in a frame of their own, and an argument is checked anew at each
// use, in the frame of the caller.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "parser/ast.h"
#include "semantic/typed_program.h"

namespace trc {

struct Frame {
  const ast::Macro* macro = nullptr; ///< null: a body itself
  Frame* caller = nullptr;
  Span call; ///< where the macro is called

  /// What was given for a parameter that is an expression, and where its own names mean something.
  struct Argument {
    const ast::Expression* expression = nullptr;
    Frame* frame = nullptr;
  };
  std::map<std::string, Argument> arguments;
  /// The script's maps behind the names that a macro has for them.
  std::map<std::string, std::string> maps;
  /// For parameters that were given a whole map: an expression that stands for it in this frame.
  std::map<std::string, ast::Map> whole_maps;

  /// Innermost last. Variables that were given to a macro are in its outermost scope.
  std::vector<std::map<std::string, typed::VariableId>> scopes;
  std::set<std::string> left_scopes; ///< names whose scope has ended
};

} // namespace trc
