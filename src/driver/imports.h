// The stage between parsing and analysis that reads what a script imports: other scripts, C headers, and
// directories of both.
#pragma once

#include "base/diagnostic.h"
#include "parser/ast.h"

namespace trc {

/// Merges into the tree all that it imports, and what that imports, each file once, what is imported before
/// what imports it. Paths count from the directory of the importing script. What can't be read, and what
/// anybody may write to, is reported.
void read_imports(ast::Program& tree, Sources& sources, Diagnostics& diagnostics);

} // namespace trc
