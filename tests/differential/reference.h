// What an expression must come to, worked out by the rules of the language (trc-lang(7), INTEGERS) and by
// nothing else: this file and expression.h know nothing of trc's code.
//
// The rules in short. Numbers are computed in 64 bits; the result is unsigned if both operands are, where a
// literal that is not negative takes the sign of what it meets; a subtraction gives a signed number. What
// overflows wraps. Division cuts toward zero, by zero it gives 0; shifts use the lowest six bits of the
// count, and `>>` keeps the sign of its left operand. Comparisons are by value. `~` gives uint64, unary `-`
// int64. Casts cut and extend as in C. Constants are computed exactly, and it is an error if the value fits
// neither int64 nor uint64; a constant divisor 0 and a constant shift outside 0 to 63 are errors too. A
// constant result is of the smallest type that holds it, as a literal is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "expression.h"

namespace differential {

/// Why the compiler must refuse an expression.
enum class Refusal : uint8_t { none, overflow, zero_division, bad_shift };

struct Result {
  uint64_t bits = 0;
  unsigned bytes = 8;
  bool is_signed = true;
  bool is_boolean = false;
  bool is_flexible = false; ///< takes the sign of what it meets
  bool is_constant = false;
  /// No step has wrapped or taken a number for one of the other sign: then constants give the same.
  bool is_exact = true;
  Refusal refusal = Refusal::none;
};

Result evaluate(const Node& node, const std::vector<Leaf>& leaves, Form form);
/// As print() shows it.
std::string shown(const Result& result);

} // namespace differential
