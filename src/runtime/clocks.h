// The clocks of the system, and times as text.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace trc::runtime {

uint64_t nanoseconds_of(clockid_t clock);

/// What has to be added to a time of one clock to get that of another, as of now; modulo 2^64.
uint64_t offset_between(clockid_t from, clockid_t to);

/// Nanoseconds since 1970 as strftime(3) writes them in local time; `%f` are the microseconds of the second,
/// `%l` its milliseconds and `%k` its nanoseconds, with all their digits. Nothing if there is no such date.
std::optional<std::string> formatted_time(const std::string& format, uint64_t since_1970);

} // namespace trc::runtime
