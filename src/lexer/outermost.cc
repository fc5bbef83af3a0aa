// Looking ahead outside of bodies, character by character. Each look-ahead stays within what it decides
// about, so the whole stays linear.
#include "lexer/outermost.h"

#include <algorithm>
#include <cctype>

namespace trc {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kTags[] = {"struct", "union", "enum", "typedef"};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view word_at(std::string_view text, size_t offset) {
  size_t end = std::min(offset, text.size());
  while (end < text.size() && is_word_character(text[end]))
    ++end;
  return text.substr(std::min(offset, text.size()), end - offset);
}

/// The character from `offset` on that is not layout; NUL at the end.
char next_character(std::string_view text, size_t offset) {
  const size_t next = skip_layout(text, offset);
  return next == text.npos ? '\0' : text[next];
}

/// Also one that there is not: what is wrong with it, the preprocessor says.
bool is_directive(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t", 1);
  return begin != text.npos && std::isalpha(static_cast<unsigned char>(text[begin])) != 0;
}

/// To the end of the line; a backslash before it or an open comment continues it.
size_t directive_length(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return i > 0 && text[i - 1] == '\r' ? i - 1 : i;
    if (text[i] == '\\') {
      i += text.substr(i + 1, 2) == "\r\n" ? 2 : 1;
    } else if (text.substr(i, 2) == "/*") {
      const size_t end = text.find("*/", i + 2);
      if (end == text.npos) return text.size();
      i = end + 1;
    } else if (text.substr(i, 2) == "//") {
      return std::min(text.find('\n', i), text.size());
    }
  }
  return text.size();
}

/// Behind the string or character that begins at `offset`; a quote that is not closed ends with its line.
size_t skip_quoted(std::string_view text, size_t offset) {
  const char quote = text[offset];
  for (++offset; offset < text.size() && text[offset] != '\n'; ++offset) {
    if (text[offset] == quote) return offset + 1;
    if (text[offset] == '\\') ++offset;
  }
  return std::min(offset, text.size());
}

/// Whether declarators follow the `}` at `offset - 1`: names, stars and brackets up to a `;`. Another
/// definition or a probe has a brace, a colon or a predicate before its first `;`.
size_t declarators_end(std::string_view text, size_t offset) {
  for (size_t i = skip_layout(text, offset); i != text.npos && i < text.size();
       i = skip_layout(text, i + 1)) {
    const char c = text[i];
    if (c == ';') return i + 1;
    const std::string_view word = word_at(text, i);
    if (std::ranges::find(kTags, word) != std::end(kTags)) return 0;
    if (!word.empty()) i += word.size() - 1;
    if (!is_word_character(c) && std::string_view("*[](),").find(c) == std::string_view::npos) return 0;
  }
  return 0;
}

/// Behind the attributes that follow a `}`, or `offset`.
size_t skip_attributes(std::string_view text, size_t offset) {
  for (;;) {
    size_t next = skip_layout(text, offset);
    if (next == text.npos || word_at(text, next) != "__attribute__") return offset;
    next += std::string_view("__attribute__").size();
    if (next_character(text, next) != '(') return offset;
    int depth = 0;
    for (; next < text.size(); ++next) {
      depth += (text[next] == '(') - (text[next] == ')');
      if (depth == 0 && text[next] == ')') break;
    }
    offset = std::min(next + 1, text.size());
  }
}

size_t definition_length(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size();) {
    i = skip_layout(text, i);
    if (i == text.npos) return 0;
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = skip_quoted(text, i);
      continue;
    }
    if (c == '#') {
      i += directive_length(text.substr(i));
      continue;
    }
    ++i;
    if (c == ';' && depth == 0) return i;
    if (c == '{' || c == '(' || c == '[') ++depth;
    if (c != '}' && c != ')' && c != ']') continue;
    if (--depth < 0) return 0;
    if (depth > 0 || c != '}') continue;
    i = skip_attributes(text, i);
    if (const size_t end = declarators_end(text, i)) return end;
    return i;
  }
  return 0;
}

} // namespace

size_t skip_layout(std::string_view text, size_t offset) {
  for (;;) {
    offset = text.find_first_not_of(kBlank, offset);
    if (offset == text.npos) return text.npos;
    const std::string_view start = text.substr(offset, 2);
    if (start == "//") {
      offset = text.find('\n', offset);
    } else if (start == "/*") {
      offset = text.find("*/", offset + 2);
      if (offset != text.npos) offset += 2;
    } else {
      return offset;
    }
    if (offset == text.npos) return text.npos;
  }
}

Outermost classify_outermost(std::string_view text) {
  if (text.starts_with("#")) return is_directive(text) ? Outermost::c_text : Outermost::attach_point;
  const std::string_view word = word_at(text, 0);
  const char behind = word.size() < text.size() ? text[word.size()] : '\0';
  if (std::ranges::find(kTags, word) != std::end(kTags))
    return behind == ':' || behind == '=' ? Outermost::attach_point : Outermost::c_text;
  const char next = next_character(text, word.size());
  // `config=kprobe:f` is an attach point with a name of its own.
  if (word == "config") {
    const size_t sign = skip_layout(text, word.size());
    const bool is_block = next == '{' || (next == '=' && next_character(text, sign + 1) == '{');
    return is_block ? Outermost::definition : Outermost::attach_point;
  }
  const bool is_definition = word == "import" || word == "let" || word == "macro" || word == "fn";
  return is_definition && behind != ':' && behind != '=' && next != ',' && next != '{'
             ? Outermost::definition
             : Outermost::attach_point;
}

size_t c_text_length(std::string_view text) {
  return text.starts_with("#") ? directive_length(text) : definition_length(text);
}

} // namespace trc
