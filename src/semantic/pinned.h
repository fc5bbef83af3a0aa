// Whether pinned iterators do without trc.
#pragma once

#include "base/diagnostic.h"
#include "semantic/typed_program.h"

namespace trc {

/// Reports what their bodies do that only a session could.
void check_pinned(const typed::Program& program, Diagnostics& diagnostics);

} // namespace trc
