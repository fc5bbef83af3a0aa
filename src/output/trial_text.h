// What people see of a run of tests or benchmarks (language.md 11.6).
#pragma once

#include <string>

#include "output/printer.h"

namespace trc::output {

/// Whole lines.
std::string trial_text(const TrialNews& news, bool colored);

} // namespace trc::output
