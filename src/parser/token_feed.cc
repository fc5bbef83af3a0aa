// Reading, remembering and skipping tokens.
#include "parser/token_feed.h"

#include <algorithm>

namespace trc::parser {
namespace {

bool is_boundary(TokenKind kind) {
  switch (kind) {
  case TokenKind::end: // what stands before the first token
  case TokenKind::semicolon:
  case TokenKind::left_brace:
  case TokenKind::right_brace:
  case TokenKind::angle_open:
  case TokenKind::angle_close:
  case TokenKind::c_text:
  case TokenKind::predicate_begin:
  case TokenKind::predicate_end: return true;
  default: return false;
  }
}

Delivery virtual_token(TokenKind kind, Span span, const Delivery& place) {
  Delivery made = place;
  made.token = {.kind = kind, .span = span};
  made.depth = made.depth_behind = place.depth_behind;
  return made;
}

bool ends_definition(const Delivery& delivery) { return delivery.region_behind != Region::definition; }

} // namespace

Delivery TokenFeed::read() {
  Delivery delivery;
  delivery.region = lexer_.region();
  delivery.depth = lexer_.open_blocks().size();
  if (delivery.depth > 0) {
    delivery.innermost = lexer_.open_blocks().back();
    delivery.is_angle_body = lexer_.open_blocks().front().is_angle;
  }
  delivery.token = lexer_.next();
  delivery.depth_behind = lexer_.open_blocks().size();
  delivery.region_behind = lexer_.region();
  return delivery;
}

Delivery TokenFeed::take() {
  if (ahead_.empty()) return read();
  Delivery delivery = std::move(ahead_.front());
  ahead_.pop_front();
  return delivery;
}

/// The token `distance` behind the last one; 1 is the next.
const Token& TokenFeed::peek(size_t distance) {
  while (ahead_.size() < distance && (ahead_.empty() || ahead_.back().token.kind != TokenKind::end))
    ahead_.push_back(read());
  return ahead_[std::min(distance, ahead_.size()) - 1].token;
}

/// A `(` before a type becomes a token of its own.
void TokenFeed::tell_types_apart() {
  types_.follow(previous_, last_.token);
  if (last_.token.kind != TokenKind::left_paren) return;
  if (last_.region == Region::attach_points) return;
  auto next = [this](size_t distance) -> const Token& { return peek(distance); };
  if (types_.begins_type(previous_.kind, next)) last_.token.kind = TokenKind::type_paren;
}

void TokenFeed::remember_last() {
  // The value of a token is not needed any more.
  previous_ = {.kind = last_.token.kind, .span = last_.token.span, .is_bad = last_.token.is_bad};
  if (is_boundary(previous_.kind))
    statement_.clear();
  else
    statement_.push_back(previous_);
}

const Token& TokenFeed::next() {
  remember_last();
  if (!waiting_.empty()) {
    last_ = std::move(waiting_.front());
    waiting_.pop_front();
  } else if (skip_) {
    skip_ = false;
    if (last_.region == Region::predicate)
      last_ = skipped_predicate();
    else if (last_.region == Region::definition)
      last_ = skipped_definition();
    else
      last_ = last_.depth > 0 ? skipped_statement() : skipped_until_body();
  } else {
    last_ = take();
    tell_types_apart();
  }
  return last_.token;
}

void TokenFeed::skip_construct(TokenKind joined) {
  joined_ = joined;
  const TokenKind kind = last_.token.kind;
  const bool closes_block = last_.depth_behind < last_.depth;
  // Where the last token itself is what the parser waits for, it is kept.
  switch (last_.region) {
  case Region::body: skip_ = kind != TokenKind::semicolon && !closes_block; break;
  case Region::predicate: skip_ = kind != TokenKind::predicate_end && kind != TokenKind::left_brace; break;
  case Region::definition: skip_ = kind != TokenKind::semicolon && !ends_definition(last_); break;
  case Region::attach_points: skip_ = kind != TokenKind::left_brace && kind != TokenKind::angle_open; break;
  }
}

/// How many parentheses are open in the head of a `for`: the `;` of C's loops end no statement.
int TokenFeed::open_in_loop_head() const {
  if (statement_.empty() || statement_.front().kind != TokenKind::kw_for) return 0;
  int open = last_.token.kind == TokenKind::left_paren;
  for (const Token& token : statement_)
    open += (token.kind == TokenKind::left_paren) - (token.kind == TokenKind::right_paren);
  return open;
}

/// Up to the `;` of the statement, or to what closes the block around it. Whole blocks are passed over, with
/// their `else`; they end a statement like a `;`.
Delivery TokenFeed::skipped_statement() {
  const size_t depth = last_.depth;
  int parentheses = open_in_loop_head();
  for (;;) {
    Delivery found = take();
    parentheses += (found.token.kind == TokenKind::left_paren) - (found.token.kind == TokenKind::right_paren);
    if (found.token.kind == TokenKind::end || found.depth_behind < depth) return found;
    if (found.depth_behind > depth) continue;
    if (found.token.kind == TokenKind::semicolon && parentheses <= 0) return found;
    if (found.token.kind != TokenKind::right_brace) continue;
    Delivery behind = take();
    if (behind.token.kind == TokenKind::kw_else || behind.token.kind == joined_) continue;
    waiting_.push_back(std::move(behind));
    return virtual_token(TokenKind::semicolon, {found.token.span.end, found.token.span.end}, found);
  }
}

Delivery TokenFeed::skipped_until_body() {
  for (;;) {
    Delivery found = take();
    if (found.token.kind == TokenKind::end || found.depth_behind > 0) return found;
  }
}

/// Up to the body of a `macro` or `fn`, or to the `;` of what has none.
Delivery TokenFeed::skipped_definition() {
  for (;;) {
    Delivery found = take();
    if (found.token.kind == TokenKind::end || found.token.kind == TokenKind::semicolon ||
        ends_definition(found))
      return found;
  }
}

Delivery TokenFeed::skipped_predicate() {
  for (;;) {
    Delivery found = take();
    if (found.token.kind == TokenKind::end || found.region_behind != Region::predicate) return found;
  }
}

void TokenFeed::insert_semicolon() {
  // The parser drops the token that it can't take: it comes once more behind the `;`.
  const Span place = {previous_.span.end, previous_.span.end};
  Delivery semicolon = virtual_token(TokenKind::semicolon, place, last_);
  semicolon.depth = semicolon.depth_behind = last_.depth;
  waiting_.push_back(std::move(semicolon));
  waiting_.push_back(last_);
}

void TokenFeed::close_body(uint32_t rest) {
  waiting_.clear();
  ahead_.clear();
  for (size_t depth = last_.depth; depth-- > 0;) {
    const TokenKind kind =
        depth == 0 && last_.is_angle_body ? TokenKind::angle_close : TokenKind::right_brace;
    Delivery close = virtual_token(kind, {rest, rest}, last_);
    close.depth = depth + 1;
    close.depth_behind = depth;
    waiting_.push_back(std::move(close));
  }
  lexer_.resume_behind_body(rest);
}

} // namespace trc::parser
