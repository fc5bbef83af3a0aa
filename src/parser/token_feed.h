// Tokens on their way to the parser. The feed remembers what a good error message needs to know about the
// place of a mistake, and after one it decides where the parser goes on: behind the statement with the
// mistake, whose braces it counts, so that one mistake gives one message and the rest of the script is still
// checked.
#pragma once

#include <deque>
#include <optional>

#include "lexer/lexer.h"
#include "parser/type_lookahead.h"

namespace trc::parser {

/// A token with what was around it.
struct Delivery {
  Token token;
  // Before the token was read:
  Region region = Region::attach_points;
  size_t depth = 0; ///< how many bodies and blocks were open
  OpenBlock innermost;
  bool is_angle_body = false; ///< the probe's body is a `< >` body
  // Behind it:
  size_t depth_behind = 0;
  Region region_behind = Region::attach_points;
};

class TokenFeed {
public:
  TokenFeed(const Sources& sources, uint32_t base, Diagnostics& diagnostics)
      : lexer_(sources, base, diagnostics), types_(sources) {}

  const Token& next();

  // The place of a mistake. The last token is the one that the parser can't take.
  const Delivery& last() const { return last_; }
  const Token& previous() const { return previous_; } ///< the one before it
  /// The tokens before it in its statement or in its list of attach points.
  const std::vector<Token>& statement() const { return statement_; }
  Span predicate_begin() const { return lexer_.predicate_begin(); }
  bool lost_text() const { return lexer_.lost_text(); }

  // How to go on after a mistake was reported
  /// At the end of the construct that the last token is in. Behind a block it goes on with `else`, and with
  /// `joined`.
  void skip_construct(TokenKind joined = TokenKind::kw_else);
  /// As if a `;` stood before the last token.
  void insert_semicolon();
  /// As if the probe's body and all blocks in it had been closed where `rest` begins.
  void close_body(uint32_t rest);

private:
  Delivery read();
  Delivery take();
  const Token& peek(size_t distance);
  void tell_types_apart();
  int open_in_loop_head() const;
  Delivery skipped_statement();
  Delivery skipped_until_body();
  Delivery skipped_predicate();
  Delivery skipped_definition();
  void remember_last();

  Lexer lexer_;
  Delivery last_;
  Token previous_;
  std::vector<Token> statement_;
  std::deque<Delivery> waiting_; ///< to be delivered before anything new is read
  std::deque<Delivery> ahead_;   ///< read to see what follows
  TypeLookahead types_;
  bool skip_ = false;
  TokenKind joined_ = TokenKind::kw_else;
};

} // namespace trc::parser
