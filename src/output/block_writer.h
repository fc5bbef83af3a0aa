// Collects output in memory and writes it in large blocks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace trc::output {

class BlockWriter {
public:
  /// `fd` is not closed.
  explicit BlockWriter(int fd);

  /// What is appended to this goes out; call filled() after a whole record.
  std::string& buffer() { return buffer_; }
  /// Writes if enough has come together.
  void filled() {
    if (buffer_.size() >= kBlock) write_out();
  }
  /// Writes what there is. What goes wrong shows in flush().
  void write_out();
  /// Writes everything and gives the first error since the last call. After an error nothing more is written.
  Result<void> flush();

private:
  static constexpr size_t kBlock = 64 * 1024;

  int fd_;
  std::string buffer_;
  int error_ = 0;
  bool reported_ = false;
};

/// Writes all of `text` now. The errno of what went wrong, or 0.
int write_all(int fd, std::string_view text);

} // namespace trc::output
