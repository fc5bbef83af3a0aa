// Tokens come from the parser's feed, which knows a cast from a parenthesis; comments are found between them.
#include "format/pieces.h"

#include <algorithm>

#include "parser/token_feed.h"

namespace trc::format {
namespace {

/// The comments in the text between two tokens, and how many lines end behind the last of them.
uint32_t collect_comments(std::string_view gap, std::vector<Piece>& pieces) {
  uint32_t newlines = 0;
  for (size_t i = 0; i < gap.size();) {
    if (gap[i] != '/') {
      newlines += gap[i] == '\n';
      ++i;
      continue;
    }
    const bool is_line = gap.substr(i, 2) == "//";
    size_t end = is_line ? gap.find('\n', i) : gap.find("*/", i + 2);
    end = end == gap.npos ? gap.size() : is_line ? end : end + 2;
    std::string_view text = gap.substr(i, end - i);
    while (is_line && !text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
      text.remove_suffix(1);
    pieces.push_back(
        {.text = text, .is_comment = true, .is_line_comment = is_line, .newlines_before = newlines});
    newlines = 0;
    i = end;
  }
  return newlines;
}

} // namespace

std::vector<Piece> collect_pieces(const Sources& sources, uint32_t base) {
  const std::string_view text = sources.text(base);
  std::vector<Piece> pieces;
  size_t behind = 0;
  if (text.starts_with("#!")) {
    behind = std::min(text.find('\n'), text.size());
    // Like a line for the preprocessor: it stays as it is.
    pieces.push_back({.kind = TokenKind::c_text, .text = text.substr(0, behind)});
  }
  Diagnostics none;
  parser::TokenFeed feed(sources, base, none);
  for (;;) {
    const Token& token = feed.next();
    const size_t begin = token.span.begin - base;
    const uint32_t newlines = collect_comments(text.substr(behind, begin - behind), pieces);
    behind = token.span.end - base;
    pieces.push_back(
        {.kind = token.kind, .text = text.substr(begin, behind - begin), .newlines_before = newlines});
    if (token.kind == TokenKind::end) return pieces;
  }
}

} // namespace trc::format
