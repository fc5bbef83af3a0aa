// Signals of Linux by number and by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trc {

/// The highest number (_NSIG of the kernel).
constexpr int kMostSignals = 64;

/// "SIGINT"; those for real time are "SIGRTMIN" (34, as the C library has it), "SIGRTMIN+1" …; "unknown" of
/// what is none.
std::string signal_name(int number);

/// By a name with or without its `SIG`: "SIGINT", "INT", "SIGPOLL". Nothing if there is none such.
std::optional<int> signal_number(std::string_view name);

} // namespace trc
