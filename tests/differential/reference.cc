#include "reference.h"

#include <algorithm>
#include <limits>

namespace differential {
namespace {

__extension__ using Wide = __int128;

constexpr Wide kLeast = std::numeric_limits<int64_t>::min();
constexpr Wide kMostSigned = std::numeric_limits<int64_t>::max();
constexpr Wide kMost = std::numeric_limits<uint64_t>::max();

Wide value_of(const Result& r) { return r.is_signed ? Wide{static_cast<int64_t>(r.bits)} : Wide{r.bits}; }

bool fits(Wide value, bool is_signed) {
  return is_signed ? value >= kLeast && value <= kMostSigned : value >= 0 && value <= kMost;
}

Result refused(Refusal refusal) {
  Result result;
  result.refusal = refusal;
  return result;
}

Result boolean(bool value, bool is_constant) {
  return {.bits = value, .bytes = 1, .is_signed = false, .is_boolean = true, .is_constant = is_constant};
}

unsigned smallest(int64_t value) {
  for (unsigned bytes : {1U, 2U, 4U})
    if (static_cast<int64_t>(cut(static_cast<uint64_t>(value), bytes, true)) == value) return bytes;
  return 8;
}

/// A number as if it were written down.
Result literal(Wide value) {
  Result result{.bits = static_cast<uint64_t>(value), .is_constant = true};
  if (value > kMostSigned) {
    result.is_signed = false;
    return result;
  }
  result.bytes = smallest(static_cast<int64_t>(value));
  result.is_flexible = value >= 0;
  return result;
}

/// The sign of what two numbers are together.
bool joined_sign(const Result& a, const Result& b) {
  if (a.is_flexible && b.is_flexible) return true;
  if (a.is_flexible) return b.is_signed;
  if (b.is_flexible) return a.is_signed;
  return a.is_signed || b.is_signed;
}

bool is_shift(std::string_view op) { return op == "<<" || op == ">>"; }
bool divides(std::string_view op) { return op == "/" || op == "%"; }

/// Exact, with no divisor 0 and no shift outside 0 to 63. False if even 128 bits do not hold it.
bool compute(std::string_view op, Wide a, Wide b, Wide& result) {
  switch (op[0]) {
  case '+': result = a + b; return true;
  case '-': result = a - b; return true;
  case '*': return !__builtin_mul_overflow(a, b, &result);
  case '/': result = a / b; return true;
  case '%': result = a % b; return true;
  case '&': result = a & b; return true;
  case '|': result = a | b; return true;
  case '^': result = a ^ b; return true;
  case '<': return !__builtin_mul_overflow(a, Wide{1} << static_cast<int>(b), &result);
  default: result = a >> static_cast<int>(b); return true;
  }
}

bool compare(std::string_view op, Wide a, Wide b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == ">") return a > b;
  return op == "<=" ? a <= b : a >= b;
}

/// In 64 bits, wrapping. Both operands have been taken for numbers of the result's sign.
uint64_t compute_machine(std::string_view op, uint64_t a, uint64_t b, bool is_signed) {
  const auto x = static_cast<int64_t>(a), y = static_cast<int64_t>(b);
  switch (op[0]) {
  case '+': return a + b;
  case '-': return a - b;
  case '*': return a * b;
  case '&': return a & b;
  case '|': return a | b;
  case '^': return a ^ b;
  case '<': return a << (b & 63);
  case '>': return is_signed ? static_cast<uint64_t>(x >> (b & 63)) : a >> (b & 63);
  default: break;
  }
  if (b == 0) return 0;
  const bool quotient = op == "/";
  if (!is_signed) return quotient ? a / b : a % b;
  if (y == -1) return quotient ? 0 - a : 0; // the smallest number has no positive counterpart
  return static_cast<uint64_t>(quotient ? x / y : x % y);
}

class Evaluator {
public:
  Evaluator(const std::vector<Leaf>& leaves, Form form) : leaves_(leaves), form_(form) {}

  Result evaluate(const Node& node) const {
    std::vector<Result> parts;
    for (const NodePtr& part : node.parts) {
      parts.push_back(evaluate(*part));
      if (parts.back().refusal != Refusal::none) return parts.back();
    }
    Result result = combine(node, parts);
    for (const Result& part : parts)
      result.is_exact = result.is_exact && part.is_exact;
    return result;
  }

private:
  Result combine(const Node& node, const std::vector<Result>& parts) const {
    switch (node.kind) {
    case Kind::literal: return literal(node.number);
    case Kind::leaf: return leaf(leaves_[node.leaf]);
    case Kind::cast: return cast(node, parts[0]);
    case Kind::unary: return unary(node.op, parts[0]);
    case Kind::binary: return binary(node.op, parts[0], parts[1]);
    case Kind::ternary: return choice(parts[0], parts[1], parts[2]);
    case Kind::elvis: return choice(parts[0], parts[0], parts[1]);
    }
    return {};
  }

  Result leaf(const Leaf& leaf) const {
    const IntegerType& type = kTypes[leaf.type];
    return {.bits = leaf.bits,
            .bytes = type.bytes,
            .is_signed = type.is_signed,
            .is_constant = form_ == Form::constants};
  }

  static Result cast(const Node& node, const Result& operand) {
    if (node.to == "bool") return boolean(operand.bits != 0, operand.is_constant);
    const IntegerType& type = *find_type(node.to);
    return {.bits = cut(operand.bits, type.bytes, type.is_signed),
            .bytes = type.bytes,
            .is_signed = type.is_signed,
            .is_constant = operand.is_constant};
  }

  static Result unary(std::string_view op, const Result& operand) {
    if (op == "!") return boolean(operand.bits == 0, operand.is_constant);
    if (op == "~") return {.bits = ~operand.bits, .is_signed = false, .is_constant = operand.is_constant};
    const Wide exact = -value_of(operand);
    if (operand.is_constant) return fits(exact, true) ? literal(exact) : refused(Refusal::overflow);
    return {.bits = 0 - operand.bits, .is_exact = fits(exact, true)};
  }

  static Result binary(std::string_view op, const Result& a, const Result& b) {
    const bool is_constant = a.is_constant && b.is_constant;
    if (op == "&&") return boolean(a.bits != 0 && b.bits != 0, is_constant);
    if (op == "||") return boolean(a.bits != 0 || b.bits != 0, is_constant);
    const bool compares = op == "==" || op == "!=" || op == "<" || op == ">" || op == "<=" || op == ">=";
    return compares ? comparison(op, a, b) : arithmetic(op, a, b);
  }

  static Result comparison(std::string_view op, const Result& a, const Result& b) {
    const bool is_constant = a.is_constant && b.is_constant;
    Wide left = value_of(a), right = value_of(b);
    // What is flexible and no constant is taken for a number of the other's sign.
    if (!is_constant && a.is_flexible && !b.is_signed) left = Wide{a.bits};
    if (!is_constant && b.is_flexible && !a.is_signed) right = Wide{b.bits};
    Result result = boolean(compare(op, left, right), is_constant);
    result.is_exact = left == value_of(a) && right == value_of(b);
    return result;
  }

  static Result arithmetic(std::string_view op, const Result& a, const Result& b) {
    if (b.is_constant && divides(op) && b.bits == 0) return refused(Refusal::zero_division);
    if (b.is_constant && is_shift(op) && b.bits > 63) return refused(Refusal::bad_shift);
    const bool is_signed = op == "-" || (is_shift(op) ? a.is_signed : joined_sign(a, b));
    Wide exact = 0;
    const bool defined = !(divides(op) && b.bits == 0) && !(is_shift(op) && b.bits > 63);
    const bool computed = defined && compute(op, value_of(a), value_of(b), exact);
    if (a.is_constant && b.is_constant) {
      if (!computed || exact < kLeast || exact > kMost) return refused(Refusal::overflow);
      Result result = literal(exact);
      if (exact >= 0 && !is_signed) result = {.bits = result.bits, .is_signed = false, .is_constant = true};
      return result;
    }
    Result result{.bits = compute_machine(op, a.bits, b.bits, is_signed), .is_signed = is_signed};
    result.is_flexible = op != "-" && a.is_flexible && (is_shift(op) || b.is_flexible);
    const bool same_operands = fits(value_of(a), is_signed) && (is_shift(op) || fits(value_of(b), is_signed));
    result.is_exact = computed && same_operands && fits(exact, is_signed);
    return result;
  }

  static Result choice(const Result& test, const Result& then, const Result& otherwise) {
    Result result = test.bits != 0 ? then : otherwise;
    const bool is_constant = test.is_constant && result.is_constant;
    const Wide value = value_of(result);
    if (!result.is_boolean) {
      result.is_signed = joined_sign(then, otherwise);
      result.is_flexible = then.is_flexible && otherwise.is_flexible;
      result.bytes = std::max(then.bytes, otherwise.bytes);
    }
    result.is_constant = is_constant;
    result.is_exact = value_of(result) == value;
    return result;
  }

  const std::vector<Leaf>& leaves_;
  Form form_;
};

} // namespace

Result evaluate(const Node& node, const std::vector<Leaf>& leaves, Form form) {
  return Evaluator(leaves, form).evaluate(node);
}

std::string shown(const Result& result) {
  if (result.is_boolean) return result.bits != 0 ? "true" : "false";
  return result.is_signed ? std::to_string(static_cast<int64_t>(result.bits)) : std::to_string(result.bits);
}

} // namespace differential
