#include "driver/output_file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace trc {

Result<Fd> open_output(const std::string& file) {
  if (file.empty()) return Fd();
  Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return errno_failure(errno, "can't write to `" + file + "`");
  return fd;
}

Result<void> close_output(Fd file) {
  if (::close(file.release()) == 0 || errno == EINTR) return {};
  return errno_failure(errno, "can't write the output");
}

} // namespace trc
