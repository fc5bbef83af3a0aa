// Blanks between the pieces of a line. What an operator is, is known from what stands before it.
#include "format/pieces.h"

namespace trc::format {
namespace {

bool is_opening(TokenKind kind) {
  return kind == TokenKind::left_paren || kind == TokenKind::left_bracket || kind == TokenKind::type_paren;
}
bool is_closing(TokenKind kind) { return kind == TokenKind::right_paren || kind == TokenKind::right_bracket; }

bool takes_subject(TokenKind kind) {
  return kind == TokenKind::kw_sizeof || kind == TokenKind::kw_offsetof || kind == TokenKind::kw_typeof ||
         kind == TokenKind::kw_typeinfo;
}

bool is_operand(TokenKind kind) {
  switch (kind) {
  case TokenKind::identifier:
  case TokenKind::variable:
  case TokenKind::map:
  case TokenKind::parameter:
  case TokenKind::parameter_count:
  case TokenKind::integer:
  case TokenKind::string:
  case TokenKind::kw_true:
  case TokenKind::kw_false:
  case TokenKind::right_paren:
  case TokenKind::right_bracket: return true;
  default: return false;
  }
}

bool is_step(TokenKind kind) { return kind == TokenKind::plus_plus || kind == TokenKind::minus_minus; }

/// Where a line is broken at an operator: looser ones first. Nothing for what is no binary operator.
uint32_t looseness(TokenKind kind) {
  switch (kind) {
  case TokenKind::question:
  case TokenKind::colon: return 1;
  case TokenKind::pipe_pipe: return 2;
  case TokenKind::ampersand_ampersand: return 3;
  default: return kind >= TokenKind::minus && kind <= TokenKind::shift_right ? 4 : 0;
  }
}

/// What a token is at its place.
enum class Role : uint8_t { plain, binary, unary, postfix, type_star, cast_close };

class Marker {
public:
  void mark(std::vector<Piece>& pieces) {
    for (Piece& piece : pieces) {
      if (piece.is_comment) {
        behind_comment_ = true;
        continue;
      }
      const Role role = role_of(piece.kind);
      piece.glued = glued(piece, role);
      piece.break_level =
          static_cast<uint32_t>(open_.size()) * 8 + (role == Role::binary ? looseness(piece.kind) : 0);
      piece.can_break = (previous_ == TokenKind::comma && !open_.empty()) ||
                        (role == Role::binary && looseness(piece.kind) > 0) ||
                        piece.kind == TokenKind::predicate_begin;
      follow(piece.kind, role);
      previous_text_ = piece.text;
      behind_comment_ = false;
    }
  }

private:
  struct Open {
    bool is_cast, was_in_type;
  };

  bool behind_operand() const {
    return role_ == Role::postfix || (is_operand(previous_) && role_ != Role::cast_close);
  }

  Role role_of(TokenKind kind) const {
    if (kind == TokenKind::right_paren && !open_.empty() && open_.back().is_cast) return Role::cast_close;
    if (kind == TokenKind::star && in_type_) return Role::type_star;
    if (is_step(kind)) return behind_operand() ? Role::postfix : Role::unary;
    if (kind == TokenKind::exclamation || kind == TokenKind::tilde) return Role::unary;
    const bool either = kind == TokenKind::minus || kind == TokenKind::star || kind == TokenKind::ampersand;
    if (either && !behind_operand()) return Role::unary;
    return looseness(kind) > 0 ? Role::binary : Role::plain;
  }

  bool glued(const Piece& piece, Role role) const {
    const TokenKind kind = piece.kind;
    if (kind == TokenKind::comma || kind == TokenKind::semicolon || is_closing(kind)) return true;
    if (behind_comment_) return false;
    if (role == Role::postfix) return true;
    // `--1` would be another token, and `/*` a comment.
    if (role_ == Role::unary)
      return !(piece.text[0] == '-' && previous_text_.back() == '-') &&
             !(piece.text[0] == '&' && previous_text_.back() == '&');
    if (previous_ == TokenKind::predicate_begin) return kind != TokenKind::star;
    if (kind == TokenKind::predicate_end || role_ == Role::cast_close || is_opening(previous_)) return true;
    if (role == Role::type_star) return role_ == Role::type_star;
    if (is_access(kind) || is_access(previous_)) return true;
    if (previous_ == TokenKind::question && kind == TokenKind::colon) return true;
    if (kind == TokenKind::left_bracket) return true;
    if (kind == TokenKind::left_paren || kind == TokenKind::type_paren)
      return previous_ == TokenKind::identifier || takes_subject(previous_);
    return false;
  }

  static bool is_access(TokenKind kind) {
    return kind == TokenKind::dot || kind == TokenKind::arrow || kind == TokenKind::dot_dot;
  }

  void follow(TokenKind kind, Role role) {
    if (is_opening(kind)) {
      open_.push_back({kind == TokenKind::type_paren && !takes_subject(previous_), in_type_});
      // The `[` of a type holds a number at most.
      in_type_ = kind == TokenKind::type_paren || (kind == TokenKind::left_bracket && in_type_);
    } else if (is_closing(kind) && !open_.empty()) {
      in_type_ = open_.back().was_in_type;
      open_.pop_back();
      if (in_function_head_ && open_.empty()) in_type_ = false;
    } else if (kind == TokenKind::kw_fn) {
      in_function_head_ = true;
    } else if (kind == TokenKind::colon) {
      in_type_ =
          in_function_head_ || (previous_ == TokenKind::variable && before_previous_ == TokenKind::kw_let);
    } else if (in_type_ && ends_type(kind)) {
      in_type_ = false;
    }
    if (kind == TokenKind::left_brace) in_function_head_ = false;
    before_previous_ = previous_;
    previous_ = kind;
    role_ = role;
  }

  bool ends_type(TokenKind kind) const {
    return kind == TokenKind::assign || kind == TokenKind::star_assign || kind == TokenKind::semicolon ||
           kind == TokenKind::left_brace || kind == TokenKind::right_brace || kind == TokenKind::comma ||
           kind == TokenKind::angle_close;
  }

  std::vector<Open> open_;
  bool in_type_ = false;
  bool in_function_head_ = false;
  bool behind_comment_ = false;
  TokenKind previous_ = TokenKind::end, before_previous_ = TokenKind::end;
  std::string_view previous_text_;
  Role role_ = Role::plain;
};

} // namespace

void mark_spacing(std::vector<Piece>& pieces) { Marker().mark(pieces); }

} // namespace trc::format
