// `trc describe NAME`: what the tables of the language and the command line say of a name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc {

/// A group of names of one kind.
struct NameGroup {
  std::string_view kind; ///< "probe types"
  std::vector<std::string> names;
};

/// All names that describe() knows, in the order of the tables. Options begin with `--`.
std::vector<NameGroup> describable_names();

/// All entries of a name, one behind the other; what was meant, if there is none.
Result<std::string> describe(const std::string& name);

/// All names by their kinds.
std::string list_describable();

} // namespace trc
