#include "probes/period.h"

#include <algorithm>

namespace trc::probes {

std::chrono::nanoseconds period_of(const AttachSpec& spec) {
  // A frequency from a damaged manifest must not divide by zero.
  if (spec.target == kHertz)
    return std::chrono::nanoseconds(std::nano::den / std::max<uint64_t>(spec.value, 1));
  return std::chrono::nanoseconds(spec.value);
}

} // namespace trc::probes
