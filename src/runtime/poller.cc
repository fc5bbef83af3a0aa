// See poller.h.
#include "runtime/poller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/timerfd.h>

namespace trc::runtime {

Result<Poller> Poller::make() {
  Poller poller;
  poller.epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!poller.epoll_) return errno_failure(errno, "cannot wait for events");
  return poller;
}

bool Poller::watch(int fd, uint32_t events, uint64_t tag) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = tag;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<void> Poller::add(int fd, uint64_t tag) {
  if (!watch(fd, EPOLLIN, tag)) return errno_failure(errno, "cannot wait for events");
  return {};
}

void Poller::remove(int fd) { (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

Result<void> Poller::add_end(int fd, uint64_t tag) {
  // EPOLLERR and EPOLLHUP come in any case. EPERM: a file, or a device that is always ready; EBADF: closed,
  // which writing to it will tell.
  if (!watch(fd, 0, tag) && errno != EPERM && errno != EBADF)
    return errno_failure(errno, "cannot wait for the end of the output's reader");
  return {};
}

Result<std::vector<uint64_t>> Poller::wait(int milliseconds, const Signals& signals) {
  // Nothing may get between looking for a signal and waiting for one.
  BlockedSignals blocked;
  if (signals.seen()) return std::vector<uint64_t>();
  std::array<epoll_event, 16> events;
  int count = ::epoll_pwait(epoll_.get(), events.data(), events.size(), milliseconds, &blocked.before());
  if (count < 0 && errno != EINTR) return errno_failure(errno, "cannot wait for events");
  std::vector<uint64_t> tags;
  for (int i = 0; i < count; ++i)
    tags.push_back(events[static_cast<size_t>(i)].data.u64);
  return tags;
}

Result<Fd> start_timer(std::chrono::nanoseconds period) {
  Fd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  // A period of 0 would mean no timer.
  int64_t nanoseconds = std::max<int64_t>(1, period.count());
  timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  itimerspec when{.it_interval = time, .it_value = time};
  if (!fd || ::timerfd_settime(fd.get(), 0, &when, nullptr) != 0)
    return errno_failure(errno, "cannot start a timer");
  return fd;
}

uint64_t take_timer(int fd) {
  uint64_t times = 0;
  return ::read(fd, &times, sizeof times) == sizeof times ? times : 0;
}

} // namespace trc::runtime
