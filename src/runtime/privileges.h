// Whether this process may trace at all: asked before anything is loaded, so that the answer can name what is
// missing.
#pragma once

#include <string_view>

#include "base/result.h"

namespace trc::runtime {

/// The part that does not look at the machine: the texts of /proc/self/status and of
/// /sys/kernel/security/lockdown (empty where there is none).
Result<void> judge_privileges(std::string_view status, std::string_view lockdown);

Result<void> check_privileges();

} // namespace trc::runtime
