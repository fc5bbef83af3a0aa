// Which instruction belongs to which place in the script, read back from the object's .BTF.ext section.
#pragma once

#include <string>

#include "program/manifest.h"

namespace trc::codegen {

/// Fills ProgramInfo::lines of all programs.
void read_lines(const std::string& object, Manifest& manifest);

} // namespace trc::codegen
