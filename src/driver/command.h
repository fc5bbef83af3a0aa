// What `trc` does for a parsed command line.
#pragma once

#include "driver/options.h"

namespace trc {

/// Gives the exit status. Errors have been printed.
int execute(const Options& options);
/// Prints an error of the machine to stderr.
void print_error(const Error& error);

} // namespace trc
