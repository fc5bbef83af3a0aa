// What the user gives along with a script, as far as its analysis is concerned.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "ctypes/c_definitions.h"
#include "lang/settings.h"

namespace trc::dwarf {
class Programs;
}

namespace trc {

class Sources;

/// What a parameter `$N` is replaced by.
using Parameters = std::vector<std::string>;

struct AnalysisOptions {
  Parameters parameters; ///< `$1`, `$2`, …
  Settings settings;
  bool unsafe = false;              ///< functions may be used that do more than look at the system
  const Sources* sources = nullptr; ///< where spans point to, for places inside of literals; may be null
  std::shared_ptr<const CDefinitions> definitions = nullptr; ///< of the script's C text; may be null
  std::shared_ptr<const TypeSource> kernel_types;      ///< of the kernel that is analyzed for; never null
  std::shared_ptr<dwarf::Programs> programs = nullptr; ///< debug information of traced programs; may be null
  std::optional<pid_t> pid = std::nullopt;             ///< of -p
  std::string command = {};                            ///< the program of -c, as a path; "" without
};

} // namespace trc
