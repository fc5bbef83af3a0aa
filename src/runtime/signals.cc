// See signals.h.
#include "runtime/signals.h"

#include <algorithm>
#include <sys/time.h>

namespace trc::runtime {
namespace {

constexpr std::array kEnding = {SIGINT, SIGTERM};
constexpr suseconds_t kTwins = 200'000; // microseconds

void set(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART; // what is being written is not disturbed
  ::sigaction(number, &action, nullptr);
}

void let_next_one_end_us(int) {
  for (int number : kEnding)
    set(number, SIG_DFL);
}

/// timeout(1) and the like send their signal twice, to the process and to its group: for a moment further
/// ones are taken for the same.
void first_one(int) {
  for (int number : kEnding)
    set(number, SIG_IGN);
  set(SIGALRM, let_next_one_end_us);
  itimerval soon = {};
  soon.it_value.tv_usec = kTwins;
  ::setitimer(ITIMER_REAL, &soon, nullptr);
}

} // namespace

Signals::Signals() {
  static_assert(kNumbers[0] == kEnding[0] && kNumbers[1] == kEnding[1] && kNumbers.back() == SIGALRM);
  struct sigaction action = {};
  action.sa_handler = first_one;
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kEnding.size(); ++i)
    ::sigaction(kNumbers[i], &action, &before_[i]);
  ::sigaction(SIGALRM, nullptr, &before_.back());
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  for (size_t i = 0; i < kIgnored.size(); ++i)
    ::sigaction(kIgnored[i], &ignore, &ignored_before_[i]);
}

bool Signals::seen() const {
  return std::ranges::any_of(kEnding, [](int number) {
    struct sigaction now = {};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler != first_one;
  });
}

void Signals::restore() const {
  const itimerval never = {};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  for (size_t i = 0; i < kNumbers.size(); ++i)
    ::sigaction(kNumbers[i], &before_[i], nullptr);
  for (size_t i = 0; i < kIgnored.size(); ++i)
    ::sigaction(kIgnored[i], &ignored_before_[i], nullptr);
}

BlockedSignals::BlockedSignals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

BlockedSignals::~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

} // namespace trc::runtime
