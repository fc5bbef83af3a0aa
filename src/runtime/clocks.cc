// See clocks.h.
#include "runtime/clocks.h"

namespace trc::runtime {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
/// Far more than any date needs.
constexpr size_t kLongestTime = 65536;

/// The last digits of a number, with leading zeroes.
std::string digits(uint64_t number, int count) {
  std::string text = std::to_string(number);
  return std::string(count - std::min<size_t>(text.size(), count), '0') + text;
}

/// The format with what is within a second filled in. Of what remains strftime knows each letter.
std::string with_fractions(const std::string& format, uint64_t nanoseconds) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    const char next = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    switch (next) {
    case 'f': out += digits(nanoseconds / 1000, 6); break;
    case 'l': out += digits(nanoseconds / 1'000'000, 3); break;
    case 'k': out += digits(nanoseconds, 9); break;
    case '\0': out += format[i]; continue;
    default: out.append({format[i], next});
    }
    ++i;
  }
  return out;
}

} // namespace

uint64_t nanoseconds_of(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t offset_between(clockid_t from, clockid_t to) {
  // Read before and after: the middle is when the other one was read.
  const uint64_t before = nanoseconds_of(from), other = nanoseconds_of(to), after = nanoseconds_of(from);
  return other - (before + (after - before) / 2);
}

std::optional<std::string> formatted_time(const std::string& format, uint64_t since_1970) {
  const auto seconds = static_cast<std::time_t>(since_1970 / kSecond);
  std::tm local = {};
  if (::localtime_r(&seconds, &local) == nullptr) return {};
  // A mark in front tells an empty text from one that did not fit.
  const std::string marked = "x" + with_fractions(format, since_1970 % kSecond);
  std::string text(format.size() * 4 + 128, '\0');
  for (;;) {
    const size_t length = std::strftime(text.data(), text.size(), marked.c_str(), &local);
    if (length > 0) return text.substr(1, length - 1);
    if (text.size() > kLongestTime) return {};
    text.resize(text.size() * 4);
  }
}

} // namespace trc::runtime
