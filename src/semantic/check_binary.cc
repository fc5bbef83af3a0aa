// Binary operators: the types of operands and result, folding, strings and pointers.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

/// Folds what can be done with two literal strings, or a literal string and a number.
typed::ExpressionPtr fold_texts(BinaryOperator op, Span span, const typed::Expression& left,
                                const typed::Expression& right) {
  const typed::Text* x = as_text(left);
  if (!x) return nullptr;
  const typed::Constant* skip = as_constant(right);
  if (skip && op == BinaryOperator::add && (!right.type.is_signed || static_cast<int64_t>(skip->bits) >= 0))
    return text_constant(span, x->bytes.substr(std::min<size_t>(skip->bits, x->bytes.size())));
  const typed::Text* y = as_text(right);
  if (!y) return nullptr;
  switch (op) {
  case BinaryOperator::add: return text_constant(span, x->bytes + y->bytes);
  case BinaryOperator::equal: return boolean(span, x->bytes == y->bytes);
  case BinaryOperator::not_equal: return boolean(span, x->bytes != y->bytes);
  case BinaryOperator::less: return boolean(span, x->bytes < y->bytes);
  case BinaryOperator::greater: return boolean(span, x->bytes > y->bytes);
  case BinaryOperator::less_equal: return boolean(span, x->bytes <= y->bytes);
  case BinaryOperator::greater_equal: return boolean(span, x->bytes >= y->bytes);
  default: return nullptr;
  }
}

/// The operator that says the same with its operands exchanged.
BinaryOperator mirrored(BinaryOperator op) {
  switch (op) {
  case BinaryOperator::less: return BinaryOperator::greater;
  case BinaryOperator::greater: return BinaryOperator::less;
  case BinaryOperator::less_equal: return BinaryOperator::greater_equal;
  case BinaryOperator::greater_equal: return BinaryOperator::less_equal;
  default: return op;
  }
}

/// Whether `==` of two values in memory is that of their bytes.
bool compares_as_bytes(const Type& left, const Type& right, const Joined& joined) {
  if (left.kind != right.kind) return false;
  if (left.kind == TypeKind::buffer) return true; // the lengths come first
  if (left.kind != TypeKind::array) return joined.fit != Fit::bad;
  const Type &x = left.elements.front(), &y = right.elements.front();
  if (left.size != right.size || x.size != y.size) return false;
  return (x.is_integer() && y.is_integer()) || x == y;
}

std::string hint_for_comparison(const Type& left, const Type& right) {
  if (left.is_string() && right.is_string()) return "strings can be compared with `==` and `!=` only";
  if (left.is_string() != right.is_string()) return "a string compares with a string";
  if (left.kind != right.kind) return "";
  if (left.kind == TypeKind::array)
    return "arrays can be compared with `==` and `!=`, if they have equally many elements of one size";
  return "values of one type can be compared, with `==` and `!=`";
}

} // namespace

typed::ExpressionPtr Checker::binary(const ast::Binary& node, Span span) {
  if (!is_logical(node.op)) {
    ExpressionPtr left = value(*node.left), right = value(*node.right);
    return binary(node.op, span, std::move(left), std::move(right));
  }
  ExpressionPtr left = condition(*node.left), right = condition(*node.right);
  if (left->type.is_none() || right->type.is_none()) return unknown(span);
  if (Folded folded = fold(node.op, span, *left, *right, bool_type()); folded.value)
    return std::move(folded.value);
  return typed::make_expression(span, bool_type(), typed::Binary{node.op, std::move(left), std::move(right)});
}

typed::ExpressionPtr Checker::binary(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right) {
  if (left->type.is_none() || right->type.is_none()) return unknown(span);
  if (ExpressionPtr folded = fold_texts(op, span, *left, *right)) {
    const typed::Text* text = as_text(*folded);
    return text ? text_value(span, text->bytes) : std::move(folded);
  }
  if (is_comparison(op)) return comparison(op, span, std::move(left), std::move(right));
  if (left->type.kind == TypeKind::pointer || right->type.kind == TypeKind::pointer)
    return pointer_arithmetic(op, span, std::move(left), std::move(right));
  if (!left->type.is_scalar() || !right->type.is_scalar()) {
    report(DiagnosticId::bad_operands, span, trc::spelling(op), with_article(left->type),
           with_article(right->type),
           left->type.is_string() && right->type.is_string() ? "strings can be compared with `==` and `!=`"
                                                             : "");
    return unknown(span);
  }
  return arithmetic(op, span, std::move(left), std::move(right));
}

typed::ExpressionPtr Checker::comparison(BinaryOperator op, Span span, ExpressionPtr left,
                                         ExpressionPtr right) {
  const bool equality = op == BinaryOperator::equal || op == BinaryOperator::not_equal;
  const bool strings = left->type.is_string() && right->type.is_string();
  if (strings && equality)
    return typed::make_expression(span, bool_type(), typed::Binary{op, std::move(left), std::move(right)});
  if (!left->type.is_scalar() || !right->type.is_scalar()) {
    const Joined joined = join_types(left->type, right->type);
    if (equality && compares_as_bytes(left->type, right->type, joined)) {
      if (left->type.kind == TypeKind::tuple) {
        left = convert(std::move(left), storage_type(joined.type));
        right = convert(std::move(right), storage_type(joined.type));
      }
      return typed::make_expression(span, bool_type(), typed::Binary{op, std::move(left), std::move(right)});
    }
    report(DiagnosticId::bad_operands, span, trc::spelling(op), with_article(left->type),
           with_article(right->type), hint_for_comparison(left->type, right->type));
    return unknown(span);
  }
  // Booleans and pointers compare as the unsigned numbers they are.
  auto number = [](const Type& type) { return type.is_integer() ? type : integer_type(8, false); };
  Joined joined = join_types(number(left->type), number(right->type));
  if (Folded folded = fold(op, span, *left, *right, bool_type()); folded.value)
    return std::move(folded.value);
  typed::Binary node = {op, std::move(left), std::move(right), joined.type.is_signed};
  if (joined.fit == Fit::sign_lost) {
    node.mixed = true;
    if (!number(node.left->type).is_signed) {
      std::swap(node.left, node.right);
      node.op = mirrored(op);
    }
  }
  return typed::make_expression(span, bool_type(), std::move(node));
}

typed::ExpressionPtr Checker::arithmetic(BinaryOperator op, Span span, ExpressionPtr left,
                                         ExpressionPtr right) {
  auto number = [](const Type& type) { return type.is_integer() ? type : integer_type(1, false); };
  const Type left_type = number(left->type), right_type = number(right->type);
  const bool is_shift = op == BinaryOperator::shift_left || op == BinaryOperator::shift_right;
  // A shift's result is of its left operand's kind; the count's sign says nothing about it.
  Joined joined = is_shift ? Joined{left_type} : join_types(left_type, right_type);
  Type result = integer_type(8, op == BinaryOperator::subtract || joined.type.is_signed);
  // What can't be negative stays so, and takes the sign of what it meets.
  result.is_flexible = op != BinaryOperator::subtract && joined.type.is_flexible;
  if (is_bad_operand(op, *right)) return unknown(span);

  Folded folded = fold(op, span, *left, *right, result);
  if (folded.outcome == Fold::done) return std::move(folded.value);
  if (folded.outcome == Fold::overflow) {
    report(DiagnosticId::constant_overflow, span);
    return unknown(span);
  }
  if (joined.fit == Fit::sign_lost && op != BinaryOperator::subtract)
    report(DiagnosticId::sign_lost, span, trc::spelling(op));
  return typed::make_expression(span, result,
                                typed::Binary{op, std::move(left), std::move(right), result.is_signed});
}

bool Checker::is_bad_operand(BinaryOperator op, const typed::Expression& right) {
  const typed::Constant* known = as_constant(right);
  if (!known) return false;
  const bool divides = op == BinaryOperator::divide || op == BinaryOperator::modulo;
  const bool shifts = op == BinaryOperator::shift_left || op == BinaryOperator::shift_right;
  if (divides && known->bits == 0) {
    report(DiagnosticId::constant_zero_division, right.span);
  } else if (shifts && known->bits > 63) {
    report(DiagnosticId::bad_shift, right.span,
           right.type.is_signed ? std::to_string(static_cast<int64_t>(known->bits))
                                : std::to_string(known->bits));
  } else {
    return false;
  }
  return true;
}

/// A pointer plus or minus a number moves by elements; the difference of two is counted in them.
typed::ExpressionPtr Checker::pointer_arithmetic(BinaryOperator op, Span span, ExpressionPtr left,
                                                 ExpressionPtr right) {
  if (!left->type.is_pointer() && op == BinaryOperator::add) std::swap(left, right);
  const bool moves = op == BinaryOperator::add || op == BinaryOperator::subtract;
  const uint32_t size = left->type.is_pointer() ? stride_of(left->type) : 0;
  const bool alike = right->type.is_pointer() && join_types(left->type, right->type).fit == Fit::good &&
                     stride_of(right->type) == size;
  if (op == BinaryOperator::subtract && size != 0 && alike) {
    const Type number = integer_type(8, true);
    left = convert(std::move(left), number);
    right = convert(std::move(right), number);
    ExpressionPtr bytes =
        typed::make_expression(span, number, typed::Binary{op, std::move(left), std::move(right), true});
    if (size == 1) return bytes;
    return arithmetic(BinaryOperator::divide, span, std::move(bytes), literal(span, size));
  }
  if (!moves || size == 0 || !right->type.is_integer()) {
    report(DiagnosticId::bad_operands, span, trc::spelling(op), with_article(left->type),
           with_article(right->type),
           moves ? "only a pointer to something of known size can be moved, by a number"
                 : "cast the pointer to a number first: `(uint64)p`");
    return unknown(span);
  }
  Type type = left->type;
  right = scaled(std::move(right), size);
  if (right->type.is_none()) return right;
  if (const typed::Constant* base = as_constant(*left), *by = as_constant(*right); base && by)
    return constant(span, type, op == BinaryOperator::add ? base->bits + by->bits : base->bits - by->bits);
  return typed::make_expression(span, type, typed::Binary{op, std::move(left), std::move(right)});
}

/// A number of elements in bytes.
typed::ExpressionPtr Checker::scaled(ExpressionPtr count, uint32_t size) {
  if (size == 1) return count;
  const Span at = count->span;
  return arithmetic(BinaryOperator::multiply, at, std::move(count), literal(at, size));
}

} // namespace trc
