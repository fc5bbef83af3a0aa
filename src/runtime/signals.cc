// See signals.h.
#include "runtime/signals.h"

#include <algorithm>

namespace trc::runtime {
namespace {

void do_nothing(int) {}

} // namespace

Signals::Signals() {
  struct sigaction action = {};
  action.sa_handler = do_nothing;
  // SA_RESTART: the first signal does not disturb what is being written.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (size_t i = 0; i < kNumbers.size(); ++i)
    ::sigaction(kNumbers[i], &action, &before_[i]);
  // A reader of our output who has gone shows as an error of write(2).
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &pipe_before_);
}

bool Signals::seen() const {
  return std::any_of(kNumbers.begin(), kNumbers.end(), [](int number) {
    struct sigaction now = {};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler == SIG_DFL;
  });
}

void Signals::restore() const {
  for (size_t i = 0; i < kNumbers.size(); ++i)
    ::sigaction(kNumbers[i], &before_[i], nullptr);
  ::sigaction(SIGPIPE, &pipe_before_, nullptr);
}

BlockedSignals::BlockedSignals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

BlockedSignals::~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

} // namespace trc::runtime
