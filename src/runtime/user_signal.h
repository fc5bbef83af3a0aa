// SIGUSR1, on which the session runs `self:signal:SIGUSR1` probes. Without any it does nothing, so that it
// never ends trc.
#pragma once

#include <csignal>
#include <cstdint>

#include "base/fd.h"

namespace trc::runtime {

/// Catches the signal from its making to its end; one at a time.
class UserSignal {
public:
  UserSignal();
  UserSignal(const UserSignal&) = delete;
  UserSignal& operator=(const UserSignal&) = delete;
  ~UserSignal();

  /// Becomes readable when the signal has come.
  int fd() const { return count_.get(); }
  /// How often it came since the last call.
  uint64_t take() const;

private:
  Fd count_;
  struct sigaction before_ {};
};

} // namespace trc::runtime
