// The semantic stage: from what was written and what the kernel offers to a typed program.
#pragma once

#include <optional>

#include "base/diagnostic.h"
#include "ctypes/c_definitions.h"
#include "kernel/kernel.h"
#include "parser/ast.h"
#include "semantic/options.h"
#include "semantic/typed_program.h"

namespace trc {

/// Nothing if there were errors; the diagnostics then say which.
std::optional<typed::Program> analyze(const ast::Program& program, const Kernel& kernel,
                                      const AnalysisOptions& options, Diagnostics& diagnostics);

} // namespace trc
