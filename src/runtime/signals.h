// SIGINT and SIGTERM: the first one asks the session to end in good order, the second one ends this process
// at once, whatever it is doing then, even if it hangs in a write to a pipe that nobody reads. What comes
// within a fifth of a second counts as the same one.
#pragma once

#include <array>
#include <csignal>

namespace trc::runtime {

/// The signals are handled so from its making to its end. They keep no state here: the first one replaces its
/// own handler, and that is how a signal that came is recognised. SIGALRM is used to give them their default
/// back.
class Signals {
public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() { restore(); }

  /// Whether one has come.
  bool seen() const;
  /// What was before. Async-signal-safe, for a child between fork and exec.
  void restore() const;

private:
  static constexpr std::array kNumbers = {SIGINT, SIGTERM, SIGALRM};
  std::array<struct sigaction, kNumbers.size()> before_{};
  /// Errors of write(2) instead: a reader who has gone, a file that may grow no more.
  static constexpr std::array kIgnored = {SIGPIPE, SIGXFSZ};
  std::array<struct sigaction, kIgnored.size()> ignored_before_{};
};

/// Blocks all signals of this thread, and of threads that it starts, as long as it lives.
class BlockedSignals {
public:
  BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals();

  const sigset_t& before() const { return before_; }

private:
  sigset_t before_;
};

} // namespace trc::runtime
