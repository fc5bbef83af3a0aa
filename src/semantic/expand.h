// From attach points as written to probes on a kernel: resolves them, and groups what they match so that each
// group can share one program. Checking bodies is left to check.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/kernel.h"
#include "parser/ast.h"
#include "probes/provider.h"
#include "semantic/options.h"

namespace trc {

/// A probe's body together with matches between which it makes no difference.
struct ExpandedProbe {
  const ast::Probe* source = nullptr;
  std::string text;                   ///< the attach points as written
  std::vector<probes::Match> matches; ///< never empty
  /// The fields of `args`, which are the same for all matches as far as the body uses them. Null without
  /// `args`.
  std::optional<std::vector<probes::Argument>> arguments;
};

std::vector<ExpandedProbe> expand(const ast::Program& program, const Kernel& kernel,
                                  const AnalysisOptions& options, Diagnostics& diagnostics);

} // namespace trc
