#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace trc {

bool glob_match(std::string_view pattern, std::string_view text) {
  // Greedy with one point to return to: the last star seen. Linear but for that.
  size_t p = 0, t = 0, star = pattern.npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    c = std::tolower(static_cast<unsigned char>(c));
  return lower;
}

std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Levenshtein distance in which two swapped neighbours count as one step.
static size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

/// Whether letters of it are all that `other` has too few.
static bool only_lacks_letters(std::string_view word, std::string_view other) {
  size_t matched = 0;
  for (char c : other)
    if (matched < word.size() && word[matched] == c) ++matched;
  return matched == word.size();
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // What stands before the name itself, as in `struct foo` or `@x`, makes words alike that are not.
  const auto name_begin = [](std::string_view text) { return text.find_last_of(" @$") + 1; };
  const size_t begin = name_begin(word);
  const std::string_view name = word.substr(begin);
  if (name.size() < 2) return {};
  size_t best = std::max<size_t>(1, name.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::string_view other = candidate;
    const size_t other_begin = name_begin(other);
    const bool is_of_another_kind = word.substr(0, begin) != other.substr(0, other_begin);
    const size_t distance = edit_distance(name, other.substr(other_begin)) + is_of_another_kind;
    // A letter is left out more often than another one typed in its place: `prinf` is `printf`, not `print`.
    const bool is_likelier = found && distance == best &&
                             only_lacks_letters(name, other.substr(other_begin)) &&
                             !only_lacks_letters(name, std::string_view(*found).substr(name_begin(*found)));
    if (distance < best || is_likelier) best = distance, found = candidate;
  }
  return found;
}

std::string fill_in(std::string_view text, const std::vector<std::string>& arguments) {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    bool place = text[i] == '{' && i + 2 < text.size() && std::isdigit(text[i + 1]) && text[i + 2] == '}';
    if (!place) {
      filled += text[i];
      continue;
    }
    size_t index = text[i + 1] - '0';
    if (index < arguments.size()) filled += arguments[index];
    i += 2;
  }
  return filled;
}

} // namespace trc
