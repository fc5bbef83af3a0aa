#include "semantic/conversion.h"

#include <limits>

namespace trc {

using typed::ExpressionPtr;

ExpressionPtr convert(ExpressionPtr expression, const Type& to) {
  if (expression->type.is_none() || to.is_none() || expression->type == to) return expression;
  const bool number = expression->type.is_scalar() && to.is_scalar() && to.kind != TypeKind::boolean;
  // A constant, and a widening, are the same 64 bits.
  const bool widening = number && (to.size == 8 || to.size > expression->type.size);
  if (widening || (number && as_constant(*expression))) {
    expression->type = to;
    return expression;
  }
  if (auto* text = std::get_if<typed::Text>(&expression->node); text && to.is_string()) {
    expression->type = to;
    return expression;
  }
  if (auto* tuple = std::get_if<typed::TupleOf>(&expression->node); tuple && to.kind == TypeKind::tuple) {
    for (size_t i = 0; i < tuple->elements.size(); ++i)
      tuple->elements[i] = convert(std::move(tuple->elements[i]), to.elements[i]);
    expression->type = to;
    return expression;
  }
  Span span = expression->span;
  return typed::make_expression(span, to, typed::Convert{std::move(expression)});
}

ExpressionPtr constant(Span span, Type type, uint64_t bits) {
  return typed::make_expression(span, std::move(type), typed::Constant{bits});
}

ExpressionPtr boolean(Span span, bool value) { return constant(span, bool_type(), value); }

ExpressionPtr text_constant(Span span, std::string bytes) {
  Type type = string_type(bytes.size() + 1);
  return typed::make_expression(span, type, typed::Text{std::move(bytes)});
}

static uint32_t smallest_signed(int64_t value) {
  if (value == static_cast<int8_t>(value)) return 1;
  if (value == static_cast<int16_t>(value)) return 2;
  if (value == static_cast<int32_t>(value)) return 4;
  return 8;
}

ExpressionPtr literal(Span span, uint64_t value) {
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return constant(span, integer_type(8, false), value);
  Type type = integer_type(smallest_signed(static_cast<int64_t>(value)), true);
  type.is_flexible = true;
  return constant(span, type, value);
}

ExpressionPtr signed_constant(Span span, int64_t value) {
  if (value >= 0) return literal(span, value);
  return constant(span, integer_type(smallest_signed(value), true), value);
}

const typed::Constant* as_constant(const typed::Expression& expression) {
  return std::get_if<typed::Constant>(&expression.node);
}

const typed::Text* as_text(const typed::Expression& expression) {
  return std::get_if<typed::Text>(&expression.node);
}

namespace {

template<class Integer> struct Outcome {
  Fold fold = Fold::done;
  Integer value = 0;
};

template<class Integer> Outcome<Integer> evaluate(BinaryOperator op, Integer a, Integer b) {
  Outcome<Integer> out;
  auto checked = [&](bool overflow) { out.fold = overflow ? Fold::overflow : Fold::done; };
  const uint64_t shift = static_cast<uint64_t>(b);
  switch (op) {
  case BinaryOperator::add: checked(__builtin_add_overflow(a, b, &out.value)); break;
  case BinaryOperator::subtract: checked(__builtin_sub_overflow(a, b, &out.value)); break;
  case BinaryOperator::multiply: checked(__builtin_mul_overflow(a, b, &out.value)); break;
  case BinaryOperator::divide:
  case BinaryOperator::modulo:
    if (b == 0) return {Fold::zero_division};
    if (std::numeric_limits<Integer>::is_signed && b == static_cast<Integer>(-1)) {
      // The one quotient that does not fit is that of the smallest number by -1.
      if (op == BinaryOperator::modulo) return {};
      checked(__builtin_sub_overflow(Integer{0}, a, &out.value));
      break;
    }
    out.value = op == BinaryOperator::divide ? a / b : a % b;
    break;
  case BinaryOperator::shift_left:
    if (shift > 63) return {Fold::bad_shift};
    out.value = static_cast<Integer>(static_cast<uint64_t>(a) << shift);
    checked((out.value >> shift) != a);
    break;
  case BinaryOperator::shift_right:
    if (shift > 63) return {Fold::bad_shift};
    out.value = a >> shift;
    break;
  case BinaryOperator::bit_and: out.value = a & b; break;
  case BinaryOperator::bit_or: out.value = a | b; break;
  case BinaryOperator::bit_xor: out.value = a ^ b; break;
  case BinaryOperator::equal: out.value = a == b; break;
  case BinaryOperator::not_equal: out.value = a != b; break;
  case BinaryOperator::less: out.value = a < b; break;
  case BinaryOperator::greater: out.value = a > b; break;
  case BinaryOperator::less_equal: out.value = a <= b; break;
  case BinaryOperator::greater_equal: out.value = a >= b; break;
  case BinaryOperator::logical_and: out.value = a && b; break;
  case BinaryOperator::logical_or: out.value = a || b; break;
  }
  return out;
}

} // namespace

Folded fold(BinaryOperator op, Span span, const typed::Expression& left, const typed::Expression& right,
            const Type& result, bool is_signed) {
  const typed::Constant *a = as_constant(left), *b = as_constant(right);
  if (!a || !b) return {};
  uint64_t bits;
  Fold outcome;
  if (is_signed) {
    auto folded = evaluate<int64_t>(op, static_cast<int64_t>(a->bits), static_cast<int64_t>(b->bits));
    bits = folded.value, outcome = folded.fold;
  } else {
    auto folded = evaluate<uint64_t>(op, a->bits, b->bits);
    bits = folded.value, outcome = folded.fold;
  }
  if (outcome != Fold::done) return {outcome, nullptr};
  if (result.kind == TypeKind::boolean) return {Fold::done, boolean(span, bits)};
  // What two literals come to is a literal again: 2 * 3 is as good as 6.
  if (is_signed) return {Fold::done, signed_constant(span, static_cast<int64_t>(bits))};
  return {Fold::done, constant(span, result, bits)};
}

} // namespace trc
