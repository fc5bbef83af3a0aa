// `trc completion SHELL`: completion for shells, made from the tables of options, probe types and names.
#pragma once

#include <string>

#include "base/result.h"

namespace trc {

/// The script for "bash", "zsh" or "fish".
Result<std::string> completion(const std::string& shell);

} // namespace trc
