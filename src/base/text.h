// Small helpers on text that several stages need.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trc {

/// Whether `text` matches a pattern in which `*` stands for any run of bytes; nothing else is special.
bool glob_match(std::string_view pattern, std::string_view text);
inline bool has_wildcard(std::string_view pattern) { return pattern.find('*') != pattern.npos; }

std::vector<std::string_view> split(std::string_view text, char separator);
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text);

/// The candidate with the smallest edit distance to `word`, if that is small for its length.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Replaces `{0}`, `{1}` … by the arguments.
std::string fill_in(std::string_view text, const std::vector<std::string>& arguments);

} // namespace trc
