// Reading small files and directories of the kernel's pseudo file systems.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc {

/// From an open file to its end; `name` is for the message.
Result<std::string> read_all(int fd, const std::string& name);
Result<std::string> read_file(const std::string& path);
/// Names of the directories in a directory, sorted.
Result<std::vector<std::string>> directories_in(const std::string& path);
/// Names of the regular files in a directory, sorted.
Result<std::vector<std::string>> files_in(const std::string& path);
/// A list of numbers as sysfs writes them: "0-3,8,10-11".
Result<std::vector<unsigned>> parse_cpu_list(std::string_view text);

} // namespace trc
