// Collects output in memory and writes it in large blocks, or as -B asks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "output/printer.h"

namespace trc::output {

class BlockWriter {
public:
  /// `fd` is not closed.
  BlockWriter(int fd, Buffering buffering);

  /// What is appended to this goes out; call filled() after a whole record.
  std::string& buffer() { return buffer_; }
  /// Writes if enough has come together, or if this kind of buffering asks for it.
  void filled() {
    if (buffer_.size() >= kBlock || is_impatient_) write_due();
  }
  /// Writes what there is. What goes wrong shows in flush().
  void write_out();
  /// Writes everything and gives the first error, once. After an error nothing more is written.
  Result<void> flush();
  /// Nothing more comes for the moment: writes, unless the user has said when to. Errors as in flush().
  Result<void> pause();

private:
  static constexpr size_t kBlock = 64 * 1024;

  void write_due();
  Result<void> result();

  int fd_;
  Buffering buffering_;
  bool is_impatient_; ///< looks at each record
  std::string buffer_;
  int error_ = 0;
  bool reported_ = false;
};

/// Writes all of `text` now. The errno of what went wrong, or 0.
int write_all(int fd, std::string_view text);

} // namespace trc::output
