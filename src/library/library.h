// The part of the standard library that is written in the language itself: macros, one file for each name
// (NAME.trc), put into the program when it is built. None is parsed unless a script uses its name.
#pragma once

#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "parser/ast.h"

namespace trc {

struct LibraryFile {
  std::string_view name; ///< of the macros in it
  std::string_view text;
};

/// In order of their names.
const std::vector<LibraryFile>& library_files();

/// Adds the library's macros that the script uses, and those that they use, behind its own.
void add_library(ast::Program& tree, Sources& sources, Diagnostics& diagnostics);

} // namespace trc
