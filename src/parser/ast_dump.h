// The tree as text, for `-d ast` and golden tests: statements one a line and indented, expressions in prefix
// form.
#pragma once

#include <string>

#include "parser/ast.h"

namespace trc::ast {

std::string dump(const Program& program, const Sources& sources);

} // namespace trc::ast
