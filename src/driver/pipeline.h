// The stages in their order, from a script's text to what the session runs.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "driver/environment.h"
#include "driver/options.h"
#include "kernel/kernel.h"
#include "program/manifest.h"

namespace trc {

struct Script {
  Sources sources;
  uint32_t base = 0;
  std::vector<SettingOverride> settings; ///< of the environment: they win over the script's own
};

/// The script's text from -e, a file or standard input.
Result<Script> read_script(const Options& options);

/// Whether what the options ask for can be compiled for this kernel at all.
Result<void> check_kernel(const Options& options, const Kernel& kernel);

/// Nothing if the diagnostics hold errors. What the script imports is added to its sources.
std::optional<CompiledProgram> compile(Script& script, const Kernel& kernel, const Options& options,
                                       Diagnostics& diagnostics);

/// The text of one stage for `-d`; an error for a stage that does not exist. Empty after errors in the
/// script.
Result<std::string> dump_stage(const std::string& stage, Script& script, const Options& options,
                               Diagnostics& diagnostics);

} // namespace trc
