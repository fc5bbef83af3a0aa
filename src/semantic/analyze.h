// The semantic stage: from what was written and what the kernel offers to a typed program.
#pragma once

#include <optional>

#include "base/diagnostic.h"
#include "ctypes/c_definitions.h"
#include "kernel/kernel.h"
#include "parser/ast.h"
#include "semantic/expand.h"
#include "semantic/typed_program.h"

namespace trc {

struct AnalysisOptions {
  Parameters parameters;                                     ///< `$1`, `$2`, …
  uint32_t max_strlen = 1024;                                ///< bytes of str() without a length
  std::shared_ptr<const CDefinitions> definitions = nullptr; ///< of the script's C text; may be null
};

/// Nothing if there were errors; the diagnostics then say which.
std::optional<typed::Program> analyze(const ast::Program& program, const Kernel& kernel,
                                      const AnalysisOptions& options, Diagnostics& diagnostics);

} // namespace trc
