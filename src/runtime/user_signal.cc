// See user_signal.h.
#include "runtime/user_signal.h"

#include <atomic>
#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace trc::runtime {
namespace {

// A handler is given nothing but the signal's number.
std::atomic<int> counter = -1;

void count_it(int) {
  const int before = errno;
  const uint64_t one = 1;
  // The count is full after 2^64 - 2 signals.
  [[maybe_unused]] auto written = ::write(counter.load(), &one, sizeof one);
  errno = before;
}

} // namespace

UserSignal::UserSignal() : count_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  counter = count_.get();
  struct sigaction action = {};
  action.sa_handler = count_it;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, &before_);
}

UserSignal::~UserSignal() {
  ::sigaction(SIGUSR1, &before_, nullptr);
  counter = -1;
}

uint64_t UserSignal::take() const {
  uint64_t times = 0;
  return ::read(count_.get(), &times, sizeof times) == sizeof times ? times : 0;
}

} // namespace trc::runtime
