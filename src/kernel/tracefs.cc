#include "kernel/tracefs.h"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/mount.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace trc {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";
// Kernels before 4.1 have it only here; on later ones it appears here when debugfs is mounted.
constexpr const char* kDebugfsTracing = "/sys/kernel/debug/tracing";

/// By opening it: access(2) asks for the real user, who has no capabilities where a file or `setpriv` gave us
/// ours.
bool is_usable(const std::string& directory) {
  return Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)).get() >= 0;
}

} // namespace

Result<std::string> events_directory(const std::string& root) {
  const std::string usual = root + kTracefs + "/events";
  if (is_usable(usual)) return usual;
  if (!root.empty()) return failure(ErrorKind::unsupported, "there is no " + usual);
  const std::string elsewhere = std::string(kDebugfsTracing) + "/events";
  if (is_usable(elsewhere)) return elsewhere;

  if (::geteuid() != 0)
    return failure(ErrorKind::no_permission, "tracefs at /sys/kernel/tracing is not readable for this user",
                   "run as root, or let others read it: "
                   "`sudo mount -o remount,mode=755 /sys/kernel/tracing`");
  // As perf does: root would have to type it anyway.
  if (::mount("tracefs", kTracefs, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
      is_usable(usual))
    return usual;
  return failure(ErrorKind::unsupported,
                 std::string("tracefs is not mounted, and mounting it failed: ") + std::strerror(errno),
                 "`sudo mount -t tracefs tracefs /sys/kernel/tracing`");
}

namespace {

constexpr std::string_view kDataLoc = "__data_loc ", kRelLoc = "__rel_loc ";

/// The number behind `key` in "…\toffset:8;\tsize:4;…".
std::optional<uint32_t> attribute(std::string_view line, std::string_view key) {
  size_t at = line.find(key);
  if (at == line.npos) return {};
  const char* start = line.data() + at + key.size();
  uint32_t value = 0;
  auto [end, error] = std::from_chars(start, line.data() + line.size(), value);
  if (error != std::errc()) return {};
  return value;
}

/// Splits "char comm[16]" or "const char * name" into type, name and array length.
bool parse_declaration(std::string_view text, TracepointField& field) {
  if (text.ends_with(']')) {
    size_t bracket = text.rfind('[');
    if (bracket == text.npos) return false;
    std::string_view length = text.substr(bracket + 1, text.size() - bracket - 2);
    uint32_t number = 0;
    auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), number);
    // Kernels before 5.15 can write a constant's name here. For chars, the arrays that matter, the size says
    // it.
    field.array_length = error == std::errc() ? number : field.size;
    text = trim(text.substr(0, bracket));
  }
  size_t start = text.size();
  while (start > 0 && (std::isalnum(static_cast<unsigned char>(text[start - 1])) || text[start - 1] == '_'))
    --start;
  field.name = text.substr(start);
  field.type = trim(text.substr(0, start));
  field.is_relative = field.type.starts_with(kRelLoc);
  field.is_data_loc = field.is_relative || field.type.starts_with(kDataLoc);
  return !field.name.empty() && !field.type.empty();
}

} // namespace

Result<std::vector<TracepointField>> parse_tracepoint_format(std::string_view text) {
  constexpr std::string_view kField = "field:";
  std::vector<TracepointField> fields;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (!line.starts_with(kField)) continue;
    size_t end = line.find(';');
    auto offset = attribute(line, "\toffset:"), size = attribute(line, "\tsize:");
    TracepointField field;
    bool good = end != line.npos && offset && size;
    if (good) {
      field.offset = *offset;
      field.size = *size;
      field.is_signed = attribute(line, "\tsigned:").value_or(0) != 0;
      good = parse_declaration(trim(line.substr(kField.size(), end - kField.size())), field);
    }
    if (!good)
      return failure(ErrorKind::invalid, "unexpected line in a format file: `" + std::string(line) + "`");
    fields.push_back(std::move(field));
  }
  return fields;
}

} // namespace trc
