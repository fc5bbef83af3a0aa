// Waiting for several descriptors at once, and timers as descriptors.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "runtime/signals.h"

namespace trc::runtime {

class Poller {
public:
  static Result<Poller> make();
  /// `tag` is what wait() gives when the descriptor is readable.
  Result<void> add(int fd, uint64_t tag);
  /// The same when nobody is left at its other end. What has no such end, as a file, is never reported.
  Result<void> add_end(int fd, uint64_t tag);
  void remove(int fd);
  /// Tags of what is readable; none after `milliseconds` (-1: wait as long as it takes), or when a signal has
  /// come.
  Result<std::vector<uint64_t>> wait(int milliseconds, const Signals& signals);

private:
  bool watch(int fd, uint32_t events, uint64_t tag);

  Fd epoll_;
};

/// A descriptor that becomes readable each `period`, for the first time after one.
Result<Fd> start_timer(std::chrono::nanoseconds period);
/// How often it has fired since the last call.
uint64_t take_timer(int fd);

} // namespace trc::runtime
