// Paths of cgroups by their ids, in all hierarchies that are mounted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace trc::runtime {

class Cgroups {
public:
  explicit Cgroups(std::string mounts = "/proc/self/mounts") : mounts_(std::move(mounts)) {}

  /// `unified:/a/b,memory:/c`: where a directory with that inode is, in those hierarchies whose name the
  /// pattern of wildcards matches; that of version 2 is called `unified`. The number if there is none.
  std::string path(uint64_t id, const std::string& pattern);

private:
  struct Hierarchy {
    std::string name, directory;
  };
  void find_hierarchies();

  std::string mounts_;
  bool is_read_ = false;
  std::vector<Hierarchy> hierarchies_;
  std::map<std::pair<uint64_t, std::string>, std::string> known_;
};

} // namespace trc::runtime
