// What a formatted script is put together from; used within format/ only.
#pragma once

#include <vector>

#include "lexer/token.h"

namespace trc::format {

constexpr size_t kColumns = 100; ///< longer lines are broken
constexpr size_t kIndent = 2;

struct Piece {
  TokenKind kind = TokenKind::end; ///< of a comment: end
  std::string_view text;           ///< as in the script
  bool is_comment = false;
  bool is_line_comment = false;
  uint32_t newlines_before = 0; ///< between it and the piece before it
  // Of spacing.cc:
  bool glued = false;       ///< no blank before it
  bool can_break = false;   ///< a line that is too long may be broken before it
  uint32_t break_level = 0; ///< lower ones first

  bool own_line() const { return newlines_before > 0; }
};

/// A line of the result, before it is broken.
struct Line {
  size_t indent = 0; ///< in levels
  bool blank_before = false;
  std::vector<Piece> pieces;
};

std::vector<Piece> collect_pieces(const Sources& sources, uint32_t base);
void mark_spacing(std::vector<Piece>& pieces);
std::vector<Line> lay_out(const std::vector<Piece>& pieces);

} // namespace trc::format
