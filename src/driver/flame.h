// What -f folded and --flame need besides a printer.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "driver/options.h"
#include "output/flame_graph.h"
#include "program/manifest.h"

namespace trc {

/// An error if stacks are asked for and no map of the script has one in its key.
Result<void> check_stack_output(const Manifest& manifest, const Options& options);

/// Writes the picture and says so.
Result<void> write_flame(const output::FlameGraph& flame, Fd file, const Options& options);

} // namespace trc
