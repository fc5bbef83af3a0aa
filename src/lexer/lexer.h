// From text to tokens. The Lexer drives the flex scanner and keeps track of where in a script it is, because
// that decides what characters mean: outside of bodies stand attach points; a `/` before a body ends a
// predicate; a `>` where a statement would begin closes a `< >` body.
#pragma once

#include <memory>
#include <vector>

#include "base/diagnostic.h"
#include "lexer/scanner.h"
#include "lexer/token.h"

namespace trc {

/// Scripts with more mistakes than this are given up.
inline constexpr size_t kMostErrors = 20;

enum class Region : uint8_t {
  attach_points,
  predicate,
  definition, ///< outside of braces: of `config`, `import`, `let`, `macro`, `fn`
  body,       ///< within braces, also those of a definition
};

/// A body or block that is open at some place.
struct OpenBlock {
  bool is_angle = false;     ///< opened by `<`
  Span span;                 ///< of the `{` or `<`
  bool in_predicate = false; ///< a block in the parentheses of a predicate
};

class Lexer {
public:
  Lexer(const Sources& sources, uint32_t base, Diagnostics& diagnostics);

  /// The next token; `end` again and again once the text or the patience is at an end. Mistakes within tokens
  /// are reported, and a token is returned that lets the parser go on.
  Token next();

  Region region() const { return region_; }
  const std::vector<OpenBlock>& open_blocks() const { return open_; }
  Span predicate_begin() const { return predicate_begin_; }
  /// Whether an unclosed string or comment has taken more of the script than was meant, or the lexer gave up:
  /// something missing at the end is then no news.
  bool lost_text() const { return context_.swallowed_line || gave_up_; }

  /// Goes back to `offset` as if a probe's body had ended there.
  void resume_behind_body(uint32_t offset);

private:
  scanner::Mode mode() const;
  Token c_text(uint32_t begin, size_t length);
  void follow(Token& token);
  void close_block();
  void end_construct();
  void follow_parenthesis(TokenKind kind);
  bool ends_predicate(uint32_t offset) const;
  bool has_too_many_errors(Span here);

  std::string_view text_;
  uint32_t base_;
  Diagnostics& diagnostics_;
  size_t reported_before_; ///< diagnostics that are not ours
  scanner::Context context_;
  std::unique_ptr<scanner::Scanner> scanner_;
  Region region_ = Region::attach_points;
  bool at_outermost_ = true;              ///< nothing, or a whole construct, stands before
  TokenKind definition_ = TokenKind::end; ///< in Region::definition: its keyword
  uint32_t parentheses_ = 0;              ///< open ones in a predicate or definition
  std::vector<OpenBlock> open_;
  Span predicate_begin_;
  TokenKind previous_ = TokenKind::end;
  bool gave_up_ = false;
};

/// For `-d tokens`: one token a line, `line:column kind text`.
std::string dump_tokens(const Sources& sources, uint32_t base, Diagnostics& diagnostics);

} // namespace trc
