#include "lang/signals.h"

#include <csignal>
#include <cstring>

namespace trc {

// The C library keeps the first two of the kernel's for itself (nptl(7)).
static constexpr int kFirstRealTime = 34;

std::string signal_name(int number) {
  if (const char* name = number > 0 && number < 32 ? ::sigabbrev_np(number) : nullptr)
    return "SIG" + std::string(name);
  if (number < kFirstRealTime || number > kMostSignals) return "unknown";
  return number == kFirstRealTime ? "SIGRTMIN" : "SIGRTMIN+" + std::to_string(number - kFirstRealTime);
}

std::optional<int> signal_number(std::string_view name) {
  const std::string whole = (name.starts_with("SIG") ? "" : "SIG") + std::string(name);
  // Names that a signal has besides.
  if (whole == "SIGIO") return SIGPOLL;
  if (whole == "SIGIOT") return SIGABRT;
  for (int number = 1; number <= kMostSignals; ++number)
    if (signal_name(number) == whole) return number;
  return {};
}

} // namespace trc
