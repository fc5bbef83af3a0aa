// The operators of the language as enumerations, from operators.def.
#pragma once

#include <cstdint>
#include <string_view>

namespace trc {

enum class BinaryOperator : uint8_t {
#define BINARY_OPERATOR(id, spelling) id,
#include "lang/operators.def"
#undef BINARY_OPERATOR
};

enum class UnaryOperator : uint8_t {
#define UNARY_OPERATOR(id, spelling) id,
#include "lang/operators.def"
#undef UNARY_OPERATOR
};

std::string_view spelling(BinaryOperator op);
std::string_view spelling(UnaryOperator op);
/// The identifier of the row, for dumps: `pre_increment`.
std::string_view name(BinaryOperator op);
std::string_view name(UnaryOperator op);

bool is_comparison(BinaryOperator op);
bool is_logical(BinaryOperator op);
/// `++` and `--`, before or behind their operand.
bool is_step(UnaryOperator op);

} // namespace trc
