// The state around the flex scanner: which region of a script a token stands in, and what follows from it.
#include "lexer/lexer.h"

#include <algorithm>

namespace trc {
namespace {

/// The length of `#!…` if the text starts with it. The line feed stays: lines keep their numbers.
size_t shebang_length(std::string_view text) {
  if (!text.starts_with("#!")) return 0;
  return std::min(text.find('\n'), text.size());
}

/// The offset of the first byte from `offset` on that is neither blank nor comment, or npos.
size_t skip_layout(std::string_view text, size_t offset) {
  for (;;) {
    offset = text.find_first_not_of(" \t\r\n", offset);
    if (offset == text.npos) return text.npos;
    std::string_view start = text.substr(offset, 2);
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
  Token token = scanner_->next(mode());
  if (has_too_many_errors(token.span)) return {.span = {context_.offset, context_.offset}};
  follow(token);
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

/// Gives a token the meaning that it has at its place, and follows it into or out of a region.
void Lexer::follow(Token& token) {
  switch (token.kind) {
  case TokenKind::left_brace:
  case TokenKind::angle_open:
    open_.push_back({token.kind == TokenKind::angle_open, token.span});
    region_ = Region::body;
    break;
  case TokenKind::right_brace:
  case TokenKind::angle_close:
    // A `}` closes an angle body too: wrong, but the parser can say so, and the next probe is read as one.
    if (!open_.empty()) open_.pop_back();
    if (open_.empty() && region_ == Region::body) region_ = Region::attach_points;
    break;
  case TokenKind::predicate_begin:
    predicate_begin_ = token.span;
    region_ = Region::predicate;
    break;
  case TokenKind::slash:
    if (region_ != Region::predicate || !ends_predicate(token.span.end)) break;
    token.kind = TokenKind::predicate_end;
    region_ = Region::attach_points;
    break;
  case TokenKind::identifier:
    if (previous_ == TokenKind::dot || previous_ == TokenKind::arrow) break;
    token.kind = find_keyword(token.text).value_or(token.kind);
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
  region_ = Region::attach_points;
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
