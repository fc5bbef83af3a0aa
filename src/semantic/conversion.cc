#include "semantic/conversion.h"

#include <limits>
#include <optional>

#include "base/check.h"

namespace trc {

using typed::ExpressionPtr;

ExpressionPtr convert(ExpressionPtr expression, const Type& to) {
  if (expression->type.is_none() || to.is_none() || expression->type == to) return expression;
  if (const typed::Constant* known = as_constant(*expression); known && to.kind == TypeKind::boolean)
    return boolean(expression->span, known->bits != 0);
  // Pointers differ in what they mean only.
  if (expression->type.is_pointer() && to.is_pointer()) {
    if (to.space == AddressSpace::none || expression->type.space == AddressSpace::none ||
        expression->type.space == to.space) {
      expression->type = to;
      return expression;
    }
  }
  // A constant is its 64 bits. Other nodes keep their own type: it says how many bytes there are to read, and
  // whether they have a sign.
  if (as_constant(*expression) && expression->type.is_scalar() && to.is_scalar()) {
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

ExpressionPtr zero_of(Span span, const Type& type) {
  if (type.is_scalar()) return constant(span, type, 0);
  if (type.kind != TypeKind::tuple) return typed::make_expression(span, type, typed::Text{});
  typed::Expressions elements;
  for (const Type& element : type.elements)
    elements.push_back(zero_of(span, element));
  return typed::make_expression(span, type, typed::TupleOf{std::move(elements)});
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
  return expression.type.is_string() ? std::get_if<typed::Text>(&expression.node) : nullptr;
}

namespace {

/// Holds every 64-bit value, signed or not, and what one operation makes of two of them (but for products).
__extension__ using Wide = __int128;

constexpr Wide kSmallest = std::numeric_limits<int64_t>::min();
constexpr Wide kLargest = std::numeric_limits<uint64_t>::max();

Wide value_of(const typed::Expression& e) {
  const uint64_t bits = std::get<typed::Constant>(e.node).bits;
  return e.type.is_signed ? Wide{static_cast<int64_t>(bits)} : Wide{bits};
}

/// Nothing if the result does not fit even there.
std::optional<Wide> evaluate(BinaryOperator op, Wide a, Wide b) {
  switch (op) {
  case BinaryOperator::add: return a + b;
  case BinaryOperator::subtract: return a - b;
  case BinaryOperator::multiply: {
    Wide product;
    if (__builtin_mul_overflow(a, b, &product)) return {};
    return product;
  }
  case BinaryOperator::divide: return a / b;
  case BinaryOperator::modulo: return a % b;
  // Multiplied, because a negative number may not be shifted.
  case BinaryOperator::shift_left: return evaluate(BinaryOperator::multiply, a, Wide{1} << b);
  case BinaryOperator::shift_right: return a >> b;
  case BinaryOperator::bit_and: return a & b;
  case BinaryOperator::bit_or: return a | b;
  case BinaryOperator::bit_xor: return a ^ b;
  case BinaryOperator::equal: return a == b;
  case BinaryOperator::not_equal: return a != b;
  case BinaryOperator::less: return a < b;
  case BinaryOperator::greater: return a > b;
  case BinaryOperator::less_equal: return a <= b;
  case BinaryOperator::greater_equal: return a >= b;
  case BinaryOperator::logical_and: return a && b;
  case BinaryOperator::logical_or: return a || b;
  }
  return {};
}

} // namespace

Folded fold(BinaryOperator op, Span span, const typed::Expression& left, const typed::Expression& right,
            const Type& result) {
  if (!as_constant(left) || !as_constant(right)) return {};
  const Wide a = value_of(left), b = value_of(right);
  const bool divides = op == BinaryOperator::divide || op == BinaryOperator::modulo;
  const bool shifts = op == BinaryOperator::shift_left || op == BinaryOperator::shift_right;
  TRC_CHECK(!(divides && b == 0) && !(shifts && (b < 0 || b > 63)), "an operand that has no result");
  const std::optional<Wide> value = evaluate(op, a, b);
  if (!value || *value < kSmallest || *value > kLargest) return {Fold::overflow, nullptr};
  if (result.kind == TypeKind::boolean) return {Fold::done, boolean(span, *value != 0)};
  // What two literals come to is a literal again: 2 * 3 is as good as 6.
  if (*value < 0) return {Fold::done, signed_constant(span, static_cast<int64_t>(*value))};
  if (result.is_signed) return {Fold::done, literal(span, static_cast<uint64_t>(*value))};
  return {Fold::done, constant(span, result, static_cast<uint64_t>(*value))};
}

} // namespace trc
