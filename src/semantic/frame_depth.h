// How many frames of the kernel's call stack a probe takes: each loop and each call of a function has one.
#pragma once

#include "base/diagnostic.h"
#include "semantic/typed_program.h"

namespace trc {

/// Says where probes nest loops and calls of functions deeper than the kernel lets them (kMostNested). No
/// function may come to call itself.
void check_frame_depth(const typed::Program& program, Diagnostics& diagnostics);

} // namespace trc
