// Sizes that the kernel sets.
#pragma once

#include "base/diagnostic.h"
#include "semantic/typed_program.h"

namespace trc {

/// What all variables of a probe, or all values of one `printf`, can take: PCPU_MIN_UNIT_SIZE
/// (include/linux/percpu.h), the most that one CPU's part of a map's value can have.
constexpr uint32_t kMostScratch = 32 * 1024;
/// Of one value: a tuple of many strings.
constexpr uint32_t kMostValue = 16 * 1024;

/// Keys of maps, and the variables of probes.
void check_limits(const typed::Program& program, Diagnostics& diagnostics);

} // namespace trc
