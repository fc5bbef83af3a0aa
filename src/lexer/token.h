// Tokens: what the lexer hands on. The rows are tokens.def.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/source.h"
#include "lang/literal.h"

namespace trc {

enum class TokenKind : uint8_t {
#define TOKEN(id, words, group) id,
#include "lexer/tokens.def"
#undef TOKEN
};

/// What a token can be in an expression or statement; used to shorten lists of expected tokens.
enum class TokenGroup : uint8_t {
  other,
  operand,   ///< begins an expression
  postfix,   ///< stands behind an operand: operators, assignments, `.`, `[`
  both,      ///< either of the two: `-`, `++`, `(`
  statement, ///< begins a statement that is no expression
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;              ///< offsets over all sources
  std::string text;       ///< attach point: as written; string: its value; a name without `$`, a map with `@`
  IntegerLiteral integer; ///< integer
  uint32_t parameter = 0; ///< parameter: its number
  bool is_bad = false;    ///< a diagnostic about it was reported: what follows from it need not be
};

/// The id of the row: `semicolon`.
std::string_view name(TokenKind kind);
/// In the user's words: `` `;` ``, `a name`.
std::string_view words(TokenKind kind);
TokenGroup group(TokenKind kind);
/// Where a word of keywords.def is one.
enum class KeywordPlace : uint8_t { code, outermost };
std::optional<TokenKind> find_keyword(std::string_view word, KeywordPlace place);

/// One token of a script in the user's words: ``the number `5` ``, `` `}` ``, `end of script`.
std::string describe(const Token& token, const Sources& sources);

/// `text` fit for a message: cut after `limit` bytes; what is not printable as `\xHH`.
std::string printable(std::string_view text, size_t limit = 40);

} // namespace trc
