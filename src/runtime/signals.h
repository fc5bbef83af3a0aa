// SIGINT and SIGTERM as something to wait for, and what they do while the session ends.
#pragma once

#include <csignal>
#include <optional>

#include "base/fd.h"
#include "base/result.h"

namespace trc::runtime {

/// From its making on the two signals interrupt nothing; its end restores what was before.
class Signals {
public:
  static Result<Signals> catch_all();
  Signals(Signals&&) noexcept = default;
  Signals& operator=(Signals&&) = delete;
  ~Signals();

  int fd() const { return fd_.get(); }
  /// The number of a signal that has come, if one has.
  std::optional<int> take();
  /// The session is ending. If no signal has come yet, the first one still does nothing: Ctrl-C often reaches
  /// us just when the traced program has died of it. The next one ends this process at once.
  void let_through();

  /// What a child has to undo before exec.
  static void restore_in_child(const sigset_t& mask);
  const sigset_t& mask_before() const { return before_; }

private:
  Signals() = default;

  Fd fd_;
  sigset_t before_{};
  bool seen_ = false;
};

} // namespace trc::runtime
