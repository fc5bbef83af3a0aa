// Lines to text.
#include "format/format.h"

#include "format/pieces.h"

namespace trc {
namespace format {
namespace {

constexpr size_t kContinuation = 4; ///< more than the line that was broken

/// In characters; of several lines the first.
size_t width(std::string_view text) {
  size_t count = 0;
  for (const char c : text.substr(0, text.find('\n')))
    count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

class LineWriter {
public:
  LineWriter(const Line& line, std::string& out)
      : pieces_(line.pieces), indent_(line.indent * kIndent), out_(out) {}

  void write() {
    size_t end_of_code = pieces_.size();
    while (end_of_code > 0 && pieces_[end_of_code - 1].is_comment)
      --end_of_code;
    for (size_t next = 0; next < pieces_.size();) {
      out_ += std::string(next == 0 ? indent_ : indent_ + kContinuation, ' ');
      const size_t end = part_end(next, end_of_code);
      for (size_t i = next; i < end; ++i) {
        if (i > next && !pieces_[i].glued) out_ += ' ';
        out_ += pieces_[i].text;
      }
      out_ += '\n';
      next = end;
    }
  }

private:
  /// A comment on a line of its own, or behind one that reaches to the line's end.
  bool must_break(size_t i) const {
    return (pieces_[i].is_comment && pieces_[i].own_line()) || pieces_[i - 1].is_line_comment ||
           (pieces_[i - 1].is_comment && pieces_[i - 1].own_line());
  }

  /// Which pieces from `begin` on stand on one line. Comments behind the code may reach beyond the edge.
  size_t part_end(size_t begin, size_t end_of_code) const {
    size_t column = begin == 0 ? indent_ : indent_ + kContinuation;
    size_t best = 0;
    for (size_t i = begin; i < pieces_.size(); ++i) {
      if (i > begin && must_break(i)) return i;
      if (i > begin && pieces_[i].can_break &&
          (best == 0 || pieces_[i].break_level <= pieces_[best].break_level))
        best = i;
      column += width(pieces_[i].text) + (i > begin && !pieces_[i].glued);
      if (column > kColumns && i < end_of_code && best != 0) return best;
    }
    return pieces_.size();
  }

  const std::vector<Piece>& pieces_;
  size_t indent_;
  std::string& out_;
};

} // namespace
} // namespace format

std::string format_script(const Sources& sources, uint32_t base) {
  std::vector<format::Piece> pieces = format::collect_pieces(sources, base);
  format::mark_spacing(pieces);
  std::string out;
  for (const format::Line& line : format::lay_out(pieces)) {
    if (line.blank_before) out += '\n';
    format::LineWriter(line, out).write();
  }
  return out;
}

} // namespace trc
