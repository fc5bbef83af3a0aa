// Patterns for glob(), and texts that are looked for, as sets of states: a string is matched by a few
// operations on one word for each of its bytes, however the pattern looks. (Shift-And, Baeza-Yates and Gonnet
// 1992.)
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace trc {

/// State i: the first i elements of the pattern have been found. All states a string can be in are the bits
/// of a word, at first bit 0; a byte b leads from `states` to `((states & takes[b]) << 1) | (states &
/// stays)`.
struct StatePattern {
  std::array<uint64_t, 256> takes = {}; ///< bit i: the byte is one that element i stands for
  uint64_t stays = 0;                   ///< bit i: any byte leaves it in state i
  uint32_t last = 0;                    ///< the state in which all is found; it stays
};

constexpr uint32_t kMostElements = 62;

/// That of a wildcard pattern: `*`, `?`, `[a-z]`, `[!a-z]`, `\\` before any of these. The string has to be
/// handed over with its NUL, which is the last element. An error says what the pattern must be.
std::expected<StatePattern, std::string> wildcard_pattern(std::string_view written);

/// That of a text anywhere in a string, of at most kMostElements bytes.
StatePattern search_pattern(std::string_view text);

/// What the program finds out, here: whether a string has the form.
bool matches(const StatePattern& pattern, std::string_view text);

} // namespace trc
