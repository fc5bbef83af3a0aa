#include "output/block_writer.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace trc::output {

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody made the terminal or pipe that we share with them non-blocking.
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

BlockWriter::BlockWriter(int fd) : fd_(fd) { buffer_.reserve(2 * kBlock); }

void BlockWriter::write_out() {
  if (error_ == 0) error_ = write_all(fd_, buffer_);
  buffer_.clear();
}

Result<void> BlockWriter::flush() {
  write_out();
  if (error_ == 0 || reported_) return {};
  reported_ = true;
  return errno_failure(error_, "writing the output");
}

} // namespace trc::output
