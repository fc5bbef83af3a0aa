// Work beside the event loop.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace trc::symbols {

/// A thread that takes no signals: they are for the main thread, which waits for them.
template<class Work> std::jthread in_background(Work work) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::jthread thread(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

} // namespace trc::symbols
