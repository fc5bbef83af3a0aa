// Conversions between types, made explicit in the typed tree, and the evaluation of constants.
#pragma once

#include "semantic/typed_program.h"

namespace trc {

/// `expression` as a value of type `to`, which must be one it joins with. Does nothing where the bytes are
/// the same.
typed::ExpressionPtr convert(typed::ExpressionPtr expression, const Type& to);

typed::ExpressionPtr constant(Span span, Type type, uint64_t bits);
/// Zero, the empty string, or a tuple of such.
typed::ExpressionPtr zero_of(Span span, const Type& type);
typed::ExpressionPtr boolean(Span span, bool value);
typed::ExpressionPtr text_constant(Span span, std::string bytes);
/// With the literal's own type: the smallest signed one, flexible; uint64 from 2^63 on.
typed::ExpressionPtr literal(Span span, uint64_t value);
typed::ExpressionPtr signed_constant(Span span, int64_t value);

const typed::Constant* as_constant(const typed::Expression& expression);
const typed::Text* as_text(const typed::Expression& expression);

/// What a fold can come to.
enum class Fold : uint8_t { done, not_constant, overflow };
struct Folded {
  Fold outcome = Fold::not_constant;
  typed::ExpressionPtr value;
};
/// Evaluates an operator on two constants by their values, each with the sign of its own type. The result is
/// of the type `result` as long as that holds it. No divisor may be 0, no shift longer than 63 bits.
Folded fold(BinaryOperator op, Span span, const typed::Expression& left, const typed::Expression& right,
            const Type& result);

} // namespace trc
