#include "output/progress_line.h"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output/block_writer.h"

namespace trc::output {
namespace {

constexpr std::string_view kErase = "\r\x1b[K"; // to the line's start, and all behind it away

/// 12,345
std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

std::string counted(uint64_t number, const char* noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

/// By the environment, as setlocale(3) reads it.
bool is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    return locale.ends_with("UTF-8") || locale.ends_with("utf8") || locale.ends_with("utf-8");
  }
  return false;
}

size_t columns() {
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

} // namespace

void ProgressLine::show(const Progress& progress) {
  if (::tcgetpgrp(STDERR_FILENO) != ::getpgrp()) return;
  std::string text = counted(progress.events, "event");
  if (progress.maps > 0) text += ", " + counted(progress.maps, "map");
  text += ", " + grouped(progress.lost) + " lost; Ctrl-C to end";
  if (!progress.doing.empty())
    text = grouped(progress.done) + " of " + grouped(progress.of) + "; Ctrl-C to end";
  const std::string_view word = progress.doing.empty() ? "tracing" : progress.doing,
                         dots = is_utf8() ? "\u2026" : "...";
  // A line that goes on in the next row could not be erased; the last column makes some terminals go on.
  const size_t before = word.size() + (dots.size() == 3 && dots[0] != '.' ? 1 : 3) + 1, room = columns();
  if (room < before + 10) return;
  text.resize(std::min(text.size(), room - before - 1));
  is_shown_ = true;
  std::string line(kErase);
  line.append(word).append(dots).append(" ").append(text);
  write_all(STDERR_FILENO, line);
}

void ProgressLine::erase() {
  is_shown_ = false;
  write_all(STDERR_FILENO, kErase);
}

} // namespace trc::output
