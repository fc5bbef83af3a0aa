#include "ctypes/c_lexer.h"

#include <algorithm>

namespace trc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }

/// The longer punctuators, longest first.
constexpr std::string_view kLong[] = {"...", "<<=", ">>=", "->", "++", "--", "<<", ">>",
                                      "<=",  ">=",  "==",  "!=", "&&", "||", "*=", "/=",
                                      "%=",  "+=",  "-=",  "&=", "^=", "|=", "##"};
constexpr std::string_view kShort = "[](){}.&*+-~!/%<>^|?:;=,#";

} // namespace

size_t CLexer::joint() const {
  if (at() != '\\') return 0;
  if (at(1) == '\n') return 2;
  return at(1) == '\r' && at(2) == '\n' ? 3 : 0;
}

void CLexer::skip_block_comment() {
  const size_t end = text_.find("*/", at_ + 2);
  if (end == text_.npos && !open_comment_) open_comment_ = at_;
  at_ = end == text_.npos ? text_.size() : end + 2;
}

void CLexer::skip_line() {
  while (at_ < text_.size() && at() != '\n')
    at_ += std::max<size_t>(joint(), 1);
}

void CLexer::skip_blanks(bool in_line) {
  space_ = false;
  while (at_ < text_.size()) {
    const char c = at();
    if (c == '\n') {
      if (in_line) return;
      line_start_ = true;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
      ++at_;
    } else if (const size_t bytes = joint()) {
      at_ += bytes;
    } else if (c == '/' && at(1) == '*') {
      skip_block_comment();
    } else if (c == '/' && at(1) == '/') {
      skip_line();
    } else {
      return;
    }
    space_ = true;
  }
}

void CLexer::scan_quoted(char quote) {
  while (at_ < text_.size() && at() != '\n' && at() != quote)
    at_ += at() == '\\' ? std::max<size_t>(joint(), 2) : 1;
  at_ = std::min(at_, text_.size());
  if (at() == quote) ++at_;
}

void CLexer::scan_number() {
  while (is_word(at()) || at() == '.') {
    const bool is_exponent = at() == 'e' || at() == 'E' || at() == 'p' || at() == 'P';
    ++at_;
    if (is_exponent && (at() == '+' || at() == '-')) ++at_;
  }
}

CToken CLexer::scan() {
  const size_t start = at_;
  const char c = at();
  CTokenKind kind = CTokenKind::punctuator;
  if (is_word_start(c)) {
    while (is_word(at()))
      ++at_;
    kind = CTokenKind::identifier;
    const std::string_view word = text_.substr(start, at_ - start);
    if ((at() == '"' || at() == '\'') && (word == "L" || word == "u" || word == "U" || word == "u8")) {
      kind = at() == '"' ? CTokenKind::string : CTokenKind::character;
      const char quote = text_[at_++];
      scan_quoted(quote);
    }
  } else if (is_digit(c) || (c == '.' && is_digit(at(1)))) {
    scan_number();
    kind = CTokenKind::number;
  } else if (c == '"' || c == '\'') {
    ++at_;
    scan_quoted(c);
    kind = c == '"' ? CTokenKind::string : CTokenKind::character;
    if (at_ - start < 2 || text_[at_ - 1] != c) kind = CTokenKind::other;
  } else {
    const std::string_view rest = text_.substr(at_);
    const auto* const found =
        std::find_if(std::begin(kLong), std::end(kLong), [&](auto text) { return rest.starts_with(text); });
    at_ += found != std::end(kLong) ? found->size() : 1;
    if (found == std::end(kLong) && kShort.find(c) == kShort.npos) kind = CTokenKind::other;
  }
  CToken token = {.kind = kind,
                  .space_before = space_,
                  .line_start = line_start_,
                  .text = text_.substr(start, at_ - start),
                  .place = {file_, static_cast<uint32_t>(start), static_cast<uint32_t>(at_ - start)}};
  line_start_ = false;
  return token;
}

CToken CLexer::next() {
  skip_blanks(false);
  if (at_ < text_.size()) return scan();
  return {.line_start = true, .place = {file_, static_cast<uint32_t>(at_), 0}};
}

CToken CLexer::next_in_line() {
  skip_blanks(true);
  if (at_ < text_.size() && at() != '\n') return scan();
  return {.place = {file_, static_cast<uint32_t>(at_), 0}};
}

std::optional<CToken> CLexer::header_name() {
  skip_blanks(true);
  const char close = at() == '<' ? '>' : at() == '"' ? '"' : '\0';
  if (close == '\0') return {};
  const size_t end =
      text_.find_first_of(close == '>' ? std::string_view(">\n") : std::string_view("\"\n"), at_ + 1);
  if (end == text_.npos || text_[end] != close) return {};
  CToken token = {.kind = CTokenKind::string,
                  .text = text_.substr(at_, end + 1 - at_),
                  .place = {file_, static_cast<uint32_t>(at_), static_cast<uint32_t>(end + 1 - at_)}};
  at_ = end + 1;
  return token;
}

std::string_view CLexer::rest_of_line() {
  skip_blanks(true);
  const size_t start = at_;
  size_t end = at_;
  while (at_ < text_.size() && at() != '\n') {
    skip_blanks(true);
    if (at_ >= text_.size() || at() == '\n') break;
    scan();
    end = at_;
  }
  return text_.substr(start, end - start);
}

bool CLexer::skip_to_directive() {
  while (at_ < text_.size()) {
    skip_blanks(false);
    if (at_ >= text_.size()) return false;
    if (line_start_ && at() == '#' && at(1) != '#') {
      ++at_;
      line_start_ = false;
      return true;
    }
    // Only what could hide the end of the line is of interest: quotes and comments.
    line_start_ = false;
    while (at_ < text_.size() && at() != '\n') {
      const char c = at();
      if (c == '/' && at(1) == '*') {
        skip_block_comment();
      } else if (c == '/' && at(1) == '/') {
        skip_line();
      } else if (c == '"' || c == '\'') {
        ++at_;
        scan_quoted(c);
      } else {
        at_ += std::max<size_t>(joint(), 1);
      }
    }
  }
  return false;
}

} // namespace trc
