// See signals.h.
#include "runtime/signals.h"

#include <cerrno>
#include <sys/signalfd.h>

namespace trc::runtime {
namespace {

constexpr int kNumbers[] = {SIGINT, SIGTERM};

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : kNumbers)
    sigaddset(&set, number);
  return set;
}

void do_nothing(int) {}

} // namespace

Result<Signals> Signals::catch_all() {
  Signals signals;
  // Blocked signals are kept even where the parent (a shell with `&`) has set them to be ignored: signal(7).
  sigset_t set = ours();
  ::sigprocmask(SIG_BLOCK, &set, &signals.before_);
  signals.fd_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.fd_) return errno_failure(errno, "cannot wait for signals");
  // A reader who has gone shows as an error of write(2).
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

Signals::~Signals() {
  if (fd_) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> Signals::take() {
  signalfd_siginfo info;
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  seen_ = true;
  return static_cast<int>(info.ssi_signo);
}

void Signals::let_through() {
  struct sigaction action = {};
  action.sa_handler = seen_ ? SIG_DFL : do_nothing;
  // SA_RESETHAND: with the first signal the default comes back. SA_RESTART: it does not disturb what is being
  // written.
  if (!seen_) action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (int number : kNumbers)
    ::sigaction(number, &action, nullptr);
  sigset_t set = ours();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void Signals::restore_in_child(const sigset_t& mask) {
  ::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

} // namespace trc::runtime
