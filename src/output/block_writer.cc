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

namespace {

std::string hint_for(int error) {
  switch (error) {
  case ENOSPC:
  case EDQUOT: return "free some space there, or write to another disk with `-o FILE`";
  case EFBIG: return "the output is larger than a file may be here: `ulimit -f` shows the limit";
  case EBADF: return "standard output is closed: give it a place, or write to a file with `-o FILE`";
  default: return {};
  }
}

} // namespace

BlockWriter::BlockWriter(int fd, Buffering buffering)
    : fd_(fd), buffering_(buffering),
      is_impatient_(buffering == Buffering::none || buffering == Buffering::line) {
  buffer_.reserve(2 * kBlock);
}

/// By line: up to the end of the last one. What is longer than a block does not wait for its end.
void BlockWriter::write_due() {
  const size_t end = buffer_.rfind('\n');
  if (buffering_ != Buffering::line || buffer_.size() >= kBlock || end + 1 == buffer_.size())
    return write_out();
  if (end == buffer_.npos) return;
  if (error_ == 0) error_ = write_all(fd_, std::string_view(buffer_).substr(0, end + 1));
  buffer_.erase(0, end + 1);
}

void BlockWriter::write_out() {
  if (error_ == 0) error_ = write_all(fd_, buffer_);
  buffer_.clear();
}

Result<void> BlockWriter::result() {
  if (error_ == 0 || reported_) return {};
  reported_ = true;
  return errno_failure(error_, "can't write the output", hint_for(error_));
}

Result<void> BlockWriter::flush() {
  write_out();
  return result();
}

Result<void> BlockWriter::pause() {
  if (buffering_ == Buffering::automatic) write_out();
  return result();
}

} // namespace trc::output
