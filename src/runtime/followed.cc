#include "runtime/followed.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "program/records.h"

namespace trc::runtime {
namespace {

// PROC_PID_INIT_INO (include/linux/proc_ns.h): the namespace that the map's ids are of.
constexpr ino_t kFirstNamespace = 0xEFFFFFFC;

bool is_in_first_namespace() {
  struct stat information = {};
  return ::stat("/proc/self/ns/pid", &information) == 0 && information.st_ino == kFirstNamespace;
}

/// A process that nobody has waited for stays in the map. "PID (NAME) Z …", and a name may have parentheses.
bool is_zombie(uint64_t process) {
  const Fd file(::open(("/proc/" + std::to_string(process) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  char text[512];
  const ssize_t got = ::read(file.get(), text, sizeof text);
  const std::string_view line(text, got > 0 ? static_cast<size_t>(got) : 0);
  const size_t state = line.rfind(')');
  return state != line.npos && state + 2 < line.size() && (line[state + 2] == 'Z' || line[state + 2] == 'X');
}

} // namespace

Followed::Followed(const Manifest& manifest, const LoadedMaps& maps) {
  for (size_t i = 0; i < manifest.maps.size(); ++i)
    if (manifest.maps[i].name == kFollowed) map_ = maps.maps[i].fd.get();
  if (map_ >= 0) ids_are_ours_ = is_in_first_namespace();
}

bool Followed::any_left() const {
  uint64_t process = 0, next = 0;
  for (const uint64_t* before = nullptr; map_ >= 0 && ::bpf_map_get_next_key(map_, before, &next) == 0;) {
    if (!ids_are_ours_ || !is_zombie(next)) return true;
    process = next;
    before = &process;
  }
  return false;
}

} // namespace trc::runtime
