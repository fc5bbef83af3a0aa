// Ids of cgroups.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace trc {

/// Of a cgroup of version 2 below `root` ("" is the running machine): `path` is its directory, or its path in
/// the hierarchy as /proc/PID/cgroup shows it. The id is the inode's number of the directory.
Result<uint64_t> cgroup_id(const std::string& root, const std::string& path);

} // namespace trc
