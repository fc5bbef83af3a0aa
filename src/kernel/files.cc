#include "kernel/files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace trc {

Result<std::string> read_all(int fd, const std::string& name) {
  // The size that the kernel's files report is of no use (0, or one page): read until the end.
  std::string text;
  char piece[8192];
  for (;;) {
    ssize_t got = ::read(fd, piece, sizeof piece);
    if (got == 0) return text;
    if (got > 0)
      text.append(piece, got);
    else if (errno != EINTR)
      return errno_failure(errno, "can't read " + name);
  }
}

Result<std::string> read_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno_failure(errno, "can't open " + path);
  return read_all(file.get(), path);
}

/// Names of one kind of entries: DT_DIR, DT_REG.
static Result<std::vector<std::string>> entries_in(const std::string& path, unsigned char kind) {
  std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return errno_failure(errno, "can't list " + path);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    unsigned char found = entry->d_type;
    struct stat status;
    if (found == DT_UNKNOWN && ::stat((path + "/" + entry->d_name).c_str(), &status) == 0)
      found = IFTODT(status.st_mode);
    if (found == kind) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> directories_in(const std::string& path) { return entries_in(path, DT_DIR); }

Result<std::vector<std::string>> files_in(const std::string& path) { return entries_in(path, DT_REG); }

static bool parse_number(std::string_view text, unsigned& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Result<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
  std::vector<unsigned> numbers;
  for (std::string_view range : split(trim(text), ',')) {
    size_t dash = range.find('-');
    unsigned first = 0, last = 0;
    bool good = parse_number(range.substr(0, dash), first);
    last = first;
    if (dash != range.npos) good = good && parse_number(range.substr(dash + 1), last);
    // No kernel has a million CPUs: a range like that is garbage that must not fill the memory.
    if (!good || last < first || last > 1'000'000)
      return failure(ErrorKind::invalid, "`" + std::string(trim(text)) + "` is not a list of CPUs");
    for (unsigned number = first; number <= last; ++number)
      numbers.push_back(number);
  }
  return numbers;
}

} // namespace trc
