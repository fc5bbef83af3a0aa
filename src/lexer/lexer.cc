// The state around the flex scanner: which region of a script a token stands in, and what follows from it.
#include "lexer/lexer.h"

#include <algorithm>
#include <utility>

#include "lexer/outermost.h"

namespace trc {
namespace {

/// The length of `#!…` if the text starts with it. The line feed stays: lines keep their numbers.
size_t shebang_length(std::string_view text) {
  if (!text.starts_with("#!")) return 0;
  return std::min(text.find('\n'), text.size());
}

} // namespace

Lexer::Lexer(const Sources& sources, uint32_t base, Diagnostics& diagnostics)
    : text_(sources.text(base)), base_(base), diagnostics_(diagnostics),
      reported_before_(diagnostics.list().size()) {
  size_t skipped = shebang_length(text_);
  context_ = {.offset = base + static_cast<uint32_t>(skipped), .diagnostics = &diagnostics};
  scanner_ = std::make_unique<scanner::Scanner>(text_.substr(skipped), context_);
}

Token Lexer::next() {
  if (gave_up_) return {.span = {context_.offset, context_.offset}};
  if (region_ == Region::attach_points && at_outermost_) {
    const size_t begin = skip_layout(text_, context_.offset - base_);
    const std::string_view rest = text_.substr(std::min(begin, text_.size()));
    const Outermost what = classify_outermost(rest);
    if (what == Outermost::c_text) return c_text(base_ + static_cast<uint32_t>(begin), c_text_length(rest));
    if (what == Outermost::definition) {
      region_ = Region::definition;
      definition_ = TokenKind::end;
      parentheses_ = 0;
    }
  }
  Token token = scanner_->next(mode());
  if (has_too_many_errors(token.span)) return {.span = {context_.offset, context_.offset}};
  follow(token);
  previous_ = token.kind;
  return token;
}

/// `length` 0: it is never closed, and takes the rest of the script.
Token Lexer::c_text(uint32_t begin, size_t length) {
  Token token;
  if (length == 0) {
    length = text_.size() - (begin - base_);
    const size_t word = text_.find_first_of(" \t\r\n{", begin - base_) - (begin - base_);
    const Span span = {begin, begin + static_cast<uint32_t>(std::min(word, length))};
    diagnostics_.report(DiagnosticId::unclosed_c_definition, span);
    context_.swallowed_line = token.is_bad = true;
  }
  context_.skip_to = begin + static_cast<uint32_t>(length);
  token.kind = scanner_->next(scanner::Mode::skip).kind;
  token.span = {begin, context_.skip_to};
  previous_ = token.kind;
  return token;
}

scanner::Mode Lexer::mode() const {
  if (region_ == Region::attach_points) return scanner::Mode::attach_point;
  const bool at_statement = previous_ == TokenKind::semicolon || previous_ == TokenKind::right_brace ||
                            previous_ == TokenKind::angle_open;
  if (!open_.empty() && open_.back().is_angle && at_statement) return scanner::Mode::angle_statement;
  return scanner::Mode::code;
}

void Lexer::end_construct() {
  region_ = Region::attach_points;
  at_outermost_ = true;
}

void Lexer::close_block() {
  if (open_.empty()) return;
  const bool in_predicate = open_.back().in_predicate;
  open_.pop_back();
  if (in_predicate)
    region_ = Region::predicate;
  else if (open_.empty())
    end_construct();
}

void Lexer::follow_parenthesis(TokenKind kind) {
  if (region_ != Region::predicate && region_ != Region::definition) return;
  if (kind == TokenKind::left_paren)
    ++parentheses_;
  else if (parentheses_ > 0)
    --parentheses_;
  // Behind `let @m = hash(10)` and `import "file"` the `;` may be left out.
  if (definition_ == TokenKind::kw_let && region_ == Region::definition && kind == TokenKind::right_paren &&
      parentheses_ == 0)
    end_construct();
}

/// Gives a token the meaning that it has at its place, and follows it into or out of a region.
void Lexer::follow(Token& token) {
  const bool was_outermost = std::exchange(at_outermost_, false);
  switch (token.kind) {
  case TokenKind::left_brace:
  case TokenKind::angle_open:
    open_.push_back(
        {token.kind == TokenKind::angle_open, token.span, region_ == Region::predicate && parentheses_ > 0});
    region_ = Region::body;
    break;
  case TokenKind::right_brace:
  case TokenKind::angle_close:
    // A `}` closes an angle body too: wrong, but the parser can say so, and the next probe is read as one.
    close_block();
    break;
  case TokenKind::predicate_begin:
    predicate_begin_ = token.span;
    region_ = Region::predicate;
    parentheses_ = 0;
    break;
  case TokenKind::slash:
    if (region_ != Region::predicate || !ends_predicate(token.span.end)) break;
    token.kind = TokenKind::predicate_end;
    region_ = Region::attach_points;
    break;
  case TokenKind::left_paren:
  case TokenKind::right_paren: follow_parenthesis(token.kind); break;
  case TokenKind::semicolon:
    if (region_ == Region::definition || was_outermost) end_construct();
    break;
  case TokenKind::string:
    if (region_ == Region::definition && definition_ == TokenKind::kw_import) end_construct();
    break;
  case TokenKind::identifier:
    if (previous_ == TokenKind::dot || previous_ == TokenKind::arrow) break;
    if (region_ == Region::definition && was_outermost)
      definition_ = token.kind =
          find_keyword(token.text, KeywordPlace::outermost).value_or(TokenKind::kw_let);
    else
      token.kind = find_keyword(token.text, KeywordPlace::code).value_or(token.kind);
    break;
  default: break;
  }
}

/// Behind a `/`: a body follows. A division is never followed by `{` or `<`.
bool Lexer::ends_predicate(uint32_t offset) const {
  size_t next = skip_layout(text_, offset - base_);
  return next != text_.npos && (text_[next] == '{' || text_[next] == '<');
}

bool Lexer::has_too_many_errors(Span here) {
  if (diagnostics_.list().size() - reported_before_ < kMostErrors) return false;
  gave_up_ = true;
  diagnostics_.report(DiagnosticId::too_many_errors, here);
  return true;
}

void Lexer::resume_behind_body(uint32_t offset) {
  context_.offset = offset;
  scanner_ = std::make_unique<scanner::Scanner>(text_.substr(offset - base_), context_);
  open_.clear();
  end_construct();
  previous_ = TokenKind::angle_close;
}

std::string dump_tokens(const Sources& sources, uint32_t base, Diagnostics& diagnostics) {
  Lexer lexer(sources, base, diagnostics);
  std::string text;
  for (;;) {
    Token token = lexer.next();
    Location at = sources.locate(token.span.begin);
    text += std::to_string(at.line) + ":" + std::to_string(at.column) + " " + std::string(name(token.kind));
    if (token.span.begin != token.span.end) text += " " + std::string(sources.slice(token.span));
    text += "\n";
    if (token.kind == TokenKind::end) return text;
  }
}

} // namespace trc
