// See cgroups.h.
#include "kernel/cgroups.h"

#include <cerrno>
#include <optional>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace trc {
namespace {

// CGROUP2_SUPER_MAGIC (include/uapi/linux/magic.h)
constexpr decltype(statfs::f_type) kCgroup2 = 0x63677270;

// Where systems mount version 2: alone, or beside the hierarchies of version 1.
constexpr const char* kMountPoints[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

/// A description of a kernel holds the directories, but is no cgroup file system itself.
std::optional<uint64_t> inode_of_cgroup(const std::string& directory, bool is_live) {
  struct stat status;
  struct statfs system;
  if (::stat(directory.c_str(), &status) != 0) return {};
  errno = ENOTDIR;
  if (!S_ISDIR(status.st_mode)) return {};
  errno = 0;
  if (is_live && (::statfs(directory.c_str(), &system) != 0 || system.f_type != kCgroup2)) return {};
  return status.st_ino;
}

} // namespace

Result<uint64_t> cgroup_id(const std::string& root, const std::string& path) {
  const std::string below = path.starts_with('/') ? path : "/" + path;
  const bool is_live = root.empty();
  if (is_live || path.starts_with("/sys/"))
    if (auto id = inode_of_cgroup(root + path, is_live)) return *id;
  const int number = errno;
  for (const char* mount : kMountPoints)
    if (auto id = inode_of_cgroup(root + mount + below, is_live)) return *id;
  const char* hint =
      "give the directory of a cgroup of version 2, or its path as /proc/PID/cgroup shows it behind `0::`";
  if (number != 0) {
    auto refused = errno_failure(number, "no such cgroup");
    refused.error().hint = hint;
    return refused;
  }
  return failure(ErrorKind::not_found, "it is no directory of a cgroup", hint);
}

} // namespace trc
