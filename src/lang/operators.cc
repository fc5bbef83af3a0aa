#include "lang/operators.h"

namespace trc {
namespace {

struct Row {
  std::string_view name, spelling;
};

constexpr Row kBinary[] = {
#define BINARY_OPERATOR(id, spelling) {#id, spelling},
#include "lang/operators.def"
#undef BINARY_OPERATOR
};

constexpr Row kUnary[] = {
#define UNARY_OPERATOR(id, spelling) {#id, spelling},
#include "lang/operators.def"
#undef UNARY_OPERATOR
};

} // namespace

std::string_view spelling(BinaryOperator op) { return kBinary[static_cast<size_t>(op)].spelling; }
std::string_view spelling(UnaryOperator op) { return kUnary[static_cast<size_t>(op)].spelling; }
std::string_view name(BinaryOperator op) { return kBinary[static_cast<size_t>(op)].name; }
std::string_view name(UnaryOperator op) { return kUnary[static_cast<size_t>(op)].name; }

bool is_comparison(BinaryOperator op) {
  return op >= BinaryOperator::equal && op <= BinaryOperator::greater_equal;
}

bool is_logical(BinaryOperator op) {
  return op == BinaryOperator::logical_or || op == BinaryOperator::logical_and;
}

bool is_step(UnaryOperator op) { return op >= UnaryOperator::pre_increment; }

} // namespace trc
