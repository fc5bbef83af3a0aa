// From text to tree. Mistakes are reported; the tree is then not to be used further than for what it holds.
#pragma once

#include "base/diagnostic.h"
#include "parser/ast.h"

namespace trc {

/// Parses the source at `base`. The spans of the tree count over all sources.
ast::Program parse(const Sources& sources, uint32_t base, Diagnostics& diagnostics);

} // namespace trc
