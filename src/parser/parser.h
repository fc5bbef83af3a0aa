// From text to tree. Mistakes are reported; the tree is then not to be used further than for what it holds.
#pragma once

#include "base/diagnostic.h"
#include "parser/ast.h"

namespace trc {

/// A script that is run has a probe, or imports one; one that is imported need not.
enum class ScriptRole : uint8_t { main, imported };

/// Parses the source at `base`. The spans of the tree count over all sources.
ast::Program parse(const Sources& sources, uint32_t base, Diagnostics& diagnostics,
                   ScriptRole role = ScriptRole::main);

} // namespace trc
