// Sizes that the kernel sets: what a map's key may take.
#pragma once

#include "base/diagnostic.h"
#include "semantic/typed_program.h"

namespace trc {

void check_limits(const typed::Program& program, Diagnostics& diagnostics);

} // namespace trc
