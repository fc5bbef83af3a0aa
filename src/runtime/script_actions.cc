// See script_actions.h.
#include "runtime/script_actions.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "output/format.h"
#include "runtime/clocks.h"
#include "runtime/shell.h"

namespace trc::runtime {
namespace {

/// A command's output is shown in pieces of this size at most, and as a whole below.
constexpr size_t kMostAtOnce = 1 << 20;

template<class T> const T* field(ScriptActions::Values values, size_t index) {
  return index < values.size() ? std::get_if<T>(&values[index].data) : nullptr;
}

/// Up to `most` bytes of a file; an error's number if it can't be read. A pipe that nobody writes to is
/// empty.
int read_beginning(const std::string& path, size_t most, std::string& content) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return errno;
  content.resize(most);
  size_t size = 0;
  while (size < most) {
    const ssize_t got = ::read(fd.get(), content.data() + size, most - size);
    if (got < 0 && errno == EINTR) continue;
    const int error = got < 0 && errno != EAGAIN ? errno : 0;
    if (got <= 0) return content.resize(size), error;
    size += static_cast<size_t>(got);
  }
  return 0;
}

} // namespace

void ScriptActions::complain(const EventInfo& event, const std::string& text) {
  printer_.script_message({.is_error = true,
                           .file = event.place.file,
                           .line = event.place.line,
                           .column = event.place.column,
                           .text = text,
                           .is_by_trc = true});
}

void ScriptActions::cat(const EventInfo& event, Pieces pieces, Values values) {
  std::string path, content;
  output::render(path, pieces, values);
  const int error = read_beginning(path, manifest_.max_cat_bytes, content);
  if (!content.empty()) printer_.text("cat", content);
  if (error != 0) complain(event, "cannot read `" + path + "`: " + std::strerror(error));
}

void ScriptActions::run_command(const EventInfo& event, Pieces pieces, Values values) {
  std::string text;
  auto done = run_shell(shell_command(pieces, values), signals_, [&](std::string_view part) {
    text += part;
    if (text.size() < kMostAtOnce) return;
    printer_.text("syscall", text);
    text.clear();
  });
  printer_.line("syscall", text);
  if (!done) complain(event, done.error().cause);
}

/// The strings stand one behind the other, each with its NUL.
void ScriptActions::join(const EventInfo& event, Values values) {
  constexpr uint64_t kMostStrings = 16;
  const auto* buffer = field<output::Buffer>(values, 0);
  const auto* count = field<uint64_t>(values, 1);
  if (buffer == nullptr || count == nullptr) return;
  std::string text;
  bool is_first = true;
  for (std::string_view rest = buffer->bytes; !rest.empty();) {
    const size_t length = std::min(rest.find('\0'), rest.size());
    if (!is_first) text += event.format;
    is_first = false;
    text += rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  if (*count > kMostStrings) text.append(event.format).append(manifest_.str_trunc_trailer);
  printer_.line("join", text);
}

Result<void> ScriptActions::open_files() {
  for (const EventInfo& event : manifest_.events) {
    if (event.kind != EventKind::packet || files_.contains(event.format)) continue;
    auto file = PcapFile::create(event.format);
    if (!file) return std::unexpected(file.error());
    files_.emplace(event.format, std::move(*file));
  }
  return {};
}

void ScriptActions::keep_packet(const EventInfo& event, Values values) {
  const auto *time = field<uint64_t>(values, 0), *length = field<uint64_t>(values, 1);
  const auto* bytes = field<output::Buffer>(values, 2);
  const auto file = files_.find(event.format);
  if (time == nullptr || length == nullptr || bytes == nullptr || file == files_.end()) return;
  const uint64_t since_1970 = *time + offset_between(CLOCK_BOOTTIME, CLOCK_REALTIME);
  auto done = file->second.write(since_1970, static_cast<uint32_t>(*length), bytes->bytes);
  if (done) return;
  complain(event, done.error().cause); // once: the next one would fare no better
  files_.erase(file);
}

} // namespace trc::runtime
