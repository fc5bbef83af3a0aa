// From one row of pieces to lines: a statement on each, bodies indented. A block that is a value and holds
// one expression stays within its statement.
#include <algorithm>
#include <utility>

#include "format/pieces.h"

namespace trc::format {
namespace {

bool begins_item(TokenKind kind) {
  switch (kind) {
  case TokenKind::attach_point:
  case TokenKind::predicate_begin:
  case TokenKind::c_text:
  case TokenKind::kw_config:
  case TokenKind::kw_import:
  case TokenKind::kw_let:
  case TokenKind::kw_macro:
  case TokenKind::kw_fn:
  case TokenKind::end: return true;
  default: return false;
  }
}

bool is_assignment(TokenKind kind) {
  return kind >= TokenKind::assign && kind <= TokenKind::shift_right_assign;
}

bool begins_action(TokenKind kind) {
  return kind == TokenKind::kw_let || kind == TokenKind::kw_return || kind == TokenKind::kw_break ||
         kind == TokenKind::kw_continue;
}

bool begins_compound(TokenKind kind) {
  return kind == TokenKind::kw_if || kind == TokenKind::kw_else || kind == TokenKind::kw_while ||
         kind == TokenKind::kw_for || kind == TokenKind::kw_unroll;
}

bool closes_body(TokenKind kind) { return kind == TokenKind::right_brace || kind == TokenKind::angle_close; }

/// How far a statement, or something outermost, has come.
struct Progress {
  size_t tokens = 0;
  TokenKind first = TokenKind::end, second = TokenKind::end;
  bool assigns = false;
  int parentheses = 0;

  void follow(TokenKind kind) {
    if (tokens == 0) first = kind;
    if (tokens == 1) second = kind;
    ++tokens;
    parentheses +=
        (kind == TokenKind::left_paren || kind == TokenKind::left_bracket || kind == TokenKind::type_paren);
    parentheses -= (kind == TokenKind::right_paren || kind == TokenKind::right_bracket);
    assigns |= parentheses == 0 && is_assignment(kind);
  }
  /// A `{` begins a block of the statement itself, not a value in it.
  bool expects_block() const {
    if (parentheses > 0) return false;
    return tokens == 0 || begins_compound(first) ||
           (first == TokenKind::kw_comptime && second == TokenKind::kw_if);
  }
  /// With `;` it is no other statement than without.
  bool is_action() const { return begins_action(first) || assigns; }
};

struct Block {
  bool is_value;
  size_t opening_line;
  Progress around; ///< the statement that it stands in
};

class Layout {
public:
  explicit Layout(const std::vector<Piece>& pieces) : pieces_(pieces) {}

  std::vector<Line> run() {
    for (at_ = 0; at_ < pieces_.size(); ++at_)
      take(pieces_[at_]);
    return std::move(lines_);
  }

private:
  void take(const Piece& piece) {
    if (piece.is_comment) return comment(piece);
    if (blocks_.empty() && begins_item(piece.kind)) begin_item(piece);
    switch (piece.kind) {
    case TokenKind::end: break;
    case TokenKind::c_text:
      push(piece);
      end_line();
      progress_ = {};
      break;
    case TokenKind::left_brace:
    case TokenKind::angle_open: open_block(piece); break;
    case TokenKind::right_brace:
    case TokenKind::angle_close: close_block(piece); break;
    case TokenKind::semicolon:
      if (!line_.pieces.empty()) end_statement(&piece);
      break;
    case TokenKind::comma:
      if (is_attach_point_list())
        attach_point_comma(piece);
      else
        push(piece);
      break;
    default: push(piece); break;
    }
  }

  // ---- lines

  bool is_first_of_block() const {
    return !blocks_.empty() && lines_.size() == blocks_.back().opening_line + 1;
  }

  void push(const Piece& piece) {
    if (line_.pieces.empty()) {
      const bool within = progress_.tokens > 0;
      line_.indent = blocks_.size();
      line_.blank_before = !lines_.empty() && !is_first_of_block() && !within &&
                           (piece.newlines_before > 1 || (blocks_.empty() && behind_body_));
      if (blocks_.empty()) behind_body_ = false;
    }
    line_.pieces.push_back(piece);
    if (!piece.is_comment) progress_.follow(piece.kind);
  }

  void end_line() {
    lines_.push_back(std::move(line_));
    line_ = {};
  }

  /// Behind the last piece of its line, or on a line of its own; in the middle of a statement where it
  /// stands.
  void comment(const Piece& piece) {
    if (!line_.pieces.empty()) {
      line_.pieces.push_back(piece);
    } else if (!piece.own_line() && !lines_.empty() && !lines_.back().pieces.back().is_line_comment) {
      lines_.back().pieces.push_back(piece);
    } else {
      push(piece);
      end_line();
    }
  }

  std::vector<Piece> take_last_comments() {
    auto& pieces = line_.pieces;
    auto first =
        std::find_if(pieces.rbegin(), pieces.rend(), [](const Piece& p) { return !p.is_comment; }).base();
    std::vector<Piece> comments(first, pieces.end());
    pieces.erase(first, pieces.end());
    return comments;
  }

  /// Ends the line with `last`; comments that stood before it come behind it.
  void end_line_with(const Piece& last) {
    const std::vector<Piece> comments = take_last_comments();
    push(last);
    end_line();
    late_comments_.insert(late_comments_.end(), comments.begin(), comments.end());
  }

  void put_late_comments() {
    for (const Piece& piece : std::exchange(late_comments_, {}))
      comment(piece);
  }

  // ---- statements

  static Piece made_semicolon() { return {.kind = TokenKind::semicolon, .text = ";", .glued = true}; }

  /// `semicolon` is null where it was left out.
  void end_statement(const Piece* semicolon) {
    if (semicolon != nullptr || progress_.is_action() || progress_.first == TokenKind::kw_import) {
      end_line_with(made_semicolon());
    } else {
      late_comments_ = take_last_comments();
      end_line();
    }
    progress_ = {};
    put_late_comments();
  }

  /// The next piece that is no comment; its index.
  size_t next_token(size_t index) const {
    do
      ++index;
    while (index < pieces_.size() && pieces_[index].is_comment);
    return index;
  }
  TokenKind kind_of(size_t index) const {
    return index < pieces_.size() ? pieces_[index].kind : TokenKind::end;
  }

  // ---- blocks

  /// The index of the `}` if the block that begins at `at_` holds nothing but an expression, else 0.
  size_t short_value_end() const {
    for (size_t i = at_ + 1; i < pieces_.size(); ++i) {
      const TokenKind kind = pieces_[i].kind;
      if (kind == TokenKind::right_brace) return i;
      if (pieces_[i].is_comment || kind == TokenKind::semicolon || kind == TokenKind::left_brace ||
          is_assignment(kind) || begins_action(kind))
        return 0;
    }
    return 0;
  }

  static size_t width(const Piece& piece) { return piece.text.size() + (piece.glued ? 0 : 1); }

  /// The index of the `}` if the block that begins at `at_` was written on one line, holds one statement
  /// without blocks, and fits its line; else 0.
  size_t one_line_end() const {
    if (progress_.first == TokenKind::kw_else || (progress_.tokens > 0 && pieces_[at_].own_line())) return 0;
    size_t columns = blocks_.size() * kIndent + width(pieces_[at_]) + 1; // a `;` may be added
    for (const Piece& piece : line_.pieces) {
      if (piece.is_comment) return 0;
      columns += width(piece);
    }
    for (size_t i = at_ + 1; i < pieces_.size(); ++i) {
      const TokenKind kind = pieces_[i].kind;
      columns += width(pieces_[i]);
      if (pieces_[i].is_comment || pieces_[i].own_line() || kind == TokenKind::left_brace ||
          columns > kColumns)
        return 0;
      if (closes_body(kind)) return i > at_ + 1 && kind_of(next_token(i)) != TokenKind::kw_else ? i : 0;
      if (kind == TokenKind::semicolon && (i == at_ + 1 || !closes_body(kind_of(i + 1)))) return 0;
    }
    return 0;
  }

  /// Puts all up to the `}` at `end` into the current line, and ends it.
  void one_line_block(size_t end) {
    push(pieces_[at_]);
    progress_ = {};
    while (++at_ < end)
      push(pieces_[at_]);
    if (line_.pieces.back().kind != TokenKind::semicolon && progress_.is_action())
      line_.pieces.push_back(made_semicolon());
    line_.pieces.push_back(pieces_[end]);
    progress_ = {};
    end_compound();
  }

  void open_block(const Piece& piece) {
    const bool is_value = blocks_.empty() ? progress_.parentheses > 0 : !progress_.expects_block();
    if (const size_t end = is_value ? short_value_end() : 0; end != 0) {
      while (at_ < end)
        push(pieces_[at_++]);
      push(pieces_[at_]);
      return;
    }
    const Progress around = progress_;
    if (const size_t end = is_value ? 0 : one_line_end(); end != 0) return one_line_block(end);
    end_line_with(piece);
    blocks_.push_back({is_value, lines_.size() - 1, around});
    progress_ = {};
    put_late_comments();
  }

  void close_block(const Piece& piece) {
    if (!line_.pieces.empty()) end_statement(nullptr);
    if (blocks_.empty()) return;
    const Block block = blocks_.back();
    const bool is_empty = is_first_of_block() && !lines_.back().pieces.back().is_comment;
    blocks_.pop_back();
    progress_ = block.around;
    if (is_empty) {
      line_ = std::move(lines_.back());
      lines_.pop_back();
    } else {
      line_.indent = blocks_.size();
    }
    line_.pieces.push_back(piece);
    line_.pieces.back().glued = false;
    if (block.is_value) return progress_.follow(piece.kind);
    progress_ = {};
    end_compound();
  }

  /// Behind the `}` of a statement or of something outermost.
  void end_compound() {
    const size_t next = next_token(at_);
    if (!blocks_.empty() && kind_of(next) == TokenKind::kw_else && next == at_ + 1) return;
    size_t behind = next;
    while (kind_of(behind) == TokenKind::semicolon)
      behind = next_token(behind);
    // A `;` before the end tells a statement from the block's value.
    if (!blocks_.empty() && behind != next && closes_body(kind_of(behind))) {
      Piece semicolon = pieces_[next];
      semicolon.glued = true;
      line_.pieces.push_back(semicolon);
    }
    end_line();
    if (blocks_.empty()) behind_body_ = true;
  }

  // ---- what stands outermost

  bool is_attach_point_list() const {
    return blocks_.empty() && progress_.first == TokenKind::attach_point && progress_.parentheses == 0;
  }

  /// One attach point a line; the comma behind the last one means nothing.
  void attach_point_comma(const Piece& piece) {
    if (kind_of(next_token(at_)) != TokenKind::attach_point) return;
    end_line_with(piece);
    put_late_comments();
  }

  void begin_item(const Piece& piece) {
    const bool is_unfinished =
        progress_.first == TokenKind::kw_import || progress_.first == TokenKind::kw_let;
    if (is_unfinished && !line_.pieces.empty()) end_statement(nullptr);
    if (progress_.tokens > 0 || piece.kind == TokenKind::end) return;
    const bool has_body = piece.kind != TokenKind::c_text && piece.kind != TokenKind::kw_import &&
                          piece.kind != TokenKind::kw_let;
    if (has_body && piece.newlines_before <= 1) separate_comments();
    if (has_body && line_of_comments_ == lines_.size()) behind_body_ = true;
  }

  /// A blank line before an item with a body, and before the comments that belong to it.
  void separate_comments() {
    size_t first = lines_.size();
    while (first > 0 && lines_[first - 1].pieces.front().is_comment) {
      --first;
      if (lines_[first].blank_before) break;
    }
    line_of_comments_ = first;
    if (first < lines_.size() && first > 0) lines_[first].blank_before = true;
  }

  const std::vector<Piece>& pieces_;
  size_t at_ = 0;
  std::vector<Line> lines_;
  Line line_;
  Progress progress_;
  std::vector<Block> blocks_;
  std::vector<Piece> late_comments_;
  size_t line_of_comments_ = 0;
  bool behind_body_ = false;
};

} // namespace

std::vector<Line> lay_out(const std::vector<Piece>& pieces) { return Layout(pieces).run(); }

} // namespace trc::format
