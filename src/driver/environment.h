// The settings that the environment makes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lang/settings.h"

namespace trc {

/// A setting that the environment makes: `TRC_KEY=value` or `BPFTRACE_KEY=value`.
struct SettingOverride {
  std::string key; ///< as it stands there
  NamedSetting setting;
  std::string value;
};

/// What is set there of the keys of settings.def, in the order in which to apply it: trc's own names win.
/// Values have been checked.
Result<std::vector<SettingOverride>> read_environment(const char* const* environment);

} // namespace trc
