// See cgroups.h.
#include "runtime/cgroups.h"

#include <algorithm>
#include <filesystem>
#include <fnmatch.h>
#include <fstream>
#include <optional>
#include <sys/stat.h>

#include "base/text.h"

namespace trc::runtime {
namespace {

bool has_inode(const std::string& directory, uint64_t inode) {
  struct stat status;
  return ::stat(directory.c_str(), &status) == 0 && status.st_ino == inode;
}

/// The path below `top` of the directory with that inode. Directories come and go meanwhile.
std::optional<std::string> find_directory(const std::string& top, uint64_t inode) {
  if (has_inode(top, inode)) return "/";
  std::error_code error;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  std::filesystem::recursive_directory_iterator it(top, options, error), end;
  for (; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    if (it->is_directory(unreadable) && has_inode(it->path(), inode))
      return it->path().string().substr(top.size());
  }
  return {};
}

} // namespace

void Cgroups::find_hierarchies() {
  is_read_ = true;
  std::ifstream file(mounts_);
  for (std::string line; std::getline(file, line);) {
    // Device, directory, type, …
    const auto fields = split(line, ' ');
    if (fields.size() < 3 || (fields[2] != "cgroup" && fields[2] != "cgroup2")) continue;
    std::string directory(fields[1]);
    std::string name = fields[2] == "cgroup2" ? "unified" : directory.substr(directory.rfind('/') + 1);
    const bool is_known = std::ranges::any_of(hierarchies_, [&](const auto& h) { return h.name == name; });
    if (!is_known) hierarchies_.push_back({std::move(name), std::move(directory)});
  }
  std::ranges::stable_sort(hierarchies_, {}, [](const Hierarchy& h) { return h.name != "unified"; });
}

std::string Cgroups::path(uint64_t id, const std::string& pattern) {
  if (const auto known = known_.find({id, pattern}); known != known_.end()) return known->second;
  if (!is_read_) find_hierarchies();
  std::string text;
  for (const Hierarchy& hierarchy : hierarchies_) {
    if (::fnmatch(pattern.c_str(), hierarchy.name.c_str(), 0) != 0) continue;
    const auto path = find_directory(hierarchy.directory, id);
    if (path) text.append(text.empty() ? "" : ",").append(hierarchy.name).append(":").append(*path);
  }
  if (text.empty()) text = std::to_string(id);
  // What is gone does not come back under its number.
  return known_[{id, pattern}] = text;
}

} // namespace trc::runtime
