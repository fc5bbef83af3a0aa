// `--test` and `--bench`: which programs of a script a run is for.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "driver/options.h"
#include "semantic/typed_program.h"

namespace trc {

Purpose purpose_of(Mode mode);

/// Removes the probes that such a run has nothing to do with: tests where it traces, all but tests where it
/// tests. `begin` and `end` run in any case. Reports it if nothing is left.
void keep_purpose(typed::Program& program, const Options& options, Diagnostics& diagnostics);

/// What is wrong with the text of --probe-filter.
std::optional<std::string> check_filter(const std::string& text);

} // namespace trc
