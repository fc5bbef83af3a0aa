// The options of a script, which it declares with getopt(): `trc script.trc -- --name=value`. They are not
// known before the script is compiled; the session writes what is set here where the programs look for it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "program/manifest.h"

namespace trc {

/// Whether `-- --help` was given.
bool asks_for_help(const std::vector<std::string>& given);

/// Sets the values in `manifest` to what the user gave; a later word wins over an earlier one. `given`: words
/// of the form `--name=value` or `--name`.
Result<void> set_script_options(Manifest& manifest, const std::vector<std::string>& given);

/// Names, defaults and descriptions, for `-- --help`.
std::string script_usage(const Manifest& manifest);

} // namespace trc
