// `trc --fmt`: a script in canonical form. It works on the tokens and comments of a script that parses: every
// token stays as it is spelled, only blanks, line ends and `;` that mean nothing change, so that the tree
// stays the same.
//
//   pieces.cc   tokens and comments in their order
//   spacing.cc  which of them stand glued together, and where a long line may be broken
//   layout.cc   which of them share a line, indentation, blank lines
//   format.cc   lines to text, broken at 100 columns
#pragma once

#include <string>

#include "base/source.h"

namespace trc {

/// The canonical form of the script at `base`, which must parse without errors. Formatting it again changes
/// nothing.
std::string format_script(const Sources& sources, uint32_t base);

} // namespace trc
