#include "lang/pattern.h"

#include <algorithm>

namespace trc {
namespace {

/// Reads a pattern element by element.
class WildcardReader {
public:
  explicit WildcardReader(std::string_view text) : rest_(text) {}

  std::expected<StatePattern, std::string> read() {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '*') {
        pattern_.stays |= bit();
        continue;
      }
      if (pattern_.last == kMostElements)
        return std::unexpected("a pattern of at most " + std::to_string(kMostElements) +
                               " characters besides `*`");
      if (c == '?') {
        accept_all();
      } else if (c == '[') {
        if (!read_set())
          return std::unexpected(
              "a pattern in which each `[` is closed by a `]`; `\\\\[` is the bracket itself");
      } else {
        accept(c == '\\' && !rest_.empty() ? take() : c);
      }
      ++pattern_.last;
    }
    // The end of the string.
    pattern_.takes[0] |= bit();
    ++pattern_.last;
    pattern_.stays |= bit();
    return pattern_;
  }

private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  uint64_t bit() const { return uint64_t{1} << pattern_.last; }
  void accept(char c) { pattern_.takes[static_cast<unsigned char>(c)] |= bit(); }
  void accept_all() {
    for (size_t c = 1; c < pattern_.takes.size(); ++c)
      pattern_.takes[c] |= bit();
  }

  /// What stands behind a `[`. A `]` that comes first is one of the set; so is a `-` at either end.
  bool read_set() {
    const bool is_inverted = !rest_.empty() && (rest_.front() == '!' || rest_.front() == '^');
    if (is_inverted) rest_.remove_prefix(1);
    std::array<bool, 256> in = {};
    for (bool is_first = true;; is_first = false) {
      if (rest_.empty()) return false;
      char low = take();
      if (low == ']' && !is_first) break;
      if (low == '\\' && !rest_.empty()) low = take();
      char high = low;
      if (rest_.size() >= 2 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        high = take();
        if (high == '\\' && !rest_.empty()) high = take();
      }
      for (int c = static_cast<unsigned char>(low); c <= static_cast<unsigned char>(high); ++c)
        in[c] = true;
    }
    for (size_t c = 1; c < in.size(); ++c)
      if (in[c] != is_inverted) pattern_.takes[c] |= bit();
    return true;
  }

  std::string_view rest_;
  StatePattern pattern_;
};

uint64_t step(const StatePattern& pattern, uint64_t states, char c) {
  return ((states & pattern.takes[static_cast<unsigned char>(c)]) << 1) | (states & pattern.stays);
}

} // namespace

std::expected<StatePattern, std::string> wildcard_pattern(std::string_view written) {
  return WildcardReader(written).read();
}

StatePattern search_pattern(std::string_view text) {
  StatePattern pattern;
  pattern.last = std::min<size_t>(text.size(), kMostElements);
  for (uint32_t i = 0; i < pattern.last; ++i)
    pattern.takes[static_cast<unsigned char>(text[i])] |= uint64_t{1} << i;
  pattern.stays = 1 | uint64_t{1} << pattern.last;
  return pattern;
}

bool matches(const StatePattern& pattern, std::string_view text) {
  uint64_t states = 1;
  for (char c : text)
    states = step(pattern, states, c);
  states = step(pattern, states, '\0');
  return (states >> pattern.last & 1) != 0;
}

} // namespace trc
