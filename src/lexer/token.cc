// The rows of tokens.def and keywords.def as tables, and tokens in the words of messages.
#include "lexer/token.h"

#include <algorithm>
#include <cstdio>

#include "base/utf8.h"

namespace trc {
namespace {

struct Row {
  std::string_view name, words;
  TokenGroup group;
};

constexpr Row kTokens[] = {
#define TOKEN(id, words, group) {#id, words, TokenGroup::group},
#include "lexer/tokens.def"
#undef TOKEN
};

struct Keyword {
  std::string_view spelling;
  TokenKind kind;
  KeywordPlace place;
};

constexpr Keyword kKeywords[] = {
#define KEYWORD(spelling, token, where) {#spelling, TokenKind::token, KeywordPlace::where},
#include "lexer/keywords.def"
#undef KEYWORD
};

const Row& row(TokenKind kind) { return kTokens[static_cast<size_t>(kind)]; }

/// The length of the character at the start of `text` if it can be shown as it is, else 0.
size_t shown_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  return byte < 0x20 || byte == 0x7f ? 0 : utf8_sequence(text);
}

} // namespace

std::string_view name(TokenKind kind) { return row(kind).name; }
std::string_view words(TokenKind kind) { return row(kind).words; }
TokenGroup group(TokenKind kind) { return row(kind).group; }

std::optional<TokenKind> find_keyword(std::string_view word, KeywordPlace place) {
  for (const Keyword& keyword : kKeywords)
    if (keyword.place == place && keyword.spelling == word) return keyword.kind;
  return {};
}

std::string printable(std::string_view text, size_t limit) {
  std::string shown;
  while (!text.empty()) {
    if (shown.size() >= limit) return shown + "…";
    size_t length = shown_length(text);
    if (length > 0) {
      shown += text.substr(0, length);
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(text[0]));
      shown += escape;
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return shown;
}

std::string describe(const Token& token, const Sources& sources) {
  const std::string quoted = "`" + printable(sources.slice(token.span)) + "`";
  switch (token.kind) {
  case TokenKind::attach_point: return "the attach point " + quoted;
  case TokenKind::identifier: return "the name " + quoted;
  case TokenKind::variable: return "the variable " + quoted;
  case TokenKind::map: return "the map " + quoted;
  case TokenKind::parameter: return "the parameter " + quoted;
  case TokenKind::integer: return "the number " + quoted;
  case TokenKind::string: return "the string " + quoted;
  default: return std::string(words(token.kind));
  }
}

} // namespace trc
