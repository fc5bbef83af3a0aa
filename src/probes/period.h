// How an AttachSpec says the period of a timed probe: what the compile and run halves agree on.
#pragma once

#include <chrono>
#include <string_view>

#include "program/manifest.h"

namespace trc::probes {

// AttachSpec::target, and with it the meaning of AttachSpec::value
inline constexpr std::string_view kHertz = "hz";
inline constexpr std::string_view kNanoseconds = "ns";

std::chrono::nanoseconds period_of(const AttachSpec& spec);

} // namespace trc::probes
