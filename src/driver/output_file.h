// Files that the command line names for output.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace trc {

/// Made new, or emptied; none if `file` is "".
Result<Fd> open_output(const std::string& file);

/// Some file systems notice only now that they have no room.
Result<void> close_output(Fd file);

} // namespace trc
