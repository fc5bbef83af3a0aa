// Aggregations: count, sum and the others, and the parameters of histograms.
#include "program/aggregation.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

struct Row {
  BuiltinId builtin;
  TypeKind kind;
};

constexpr Row kAggregations[] = {
    {BuiltinId::count, TypeKind::count}, {BuiltinId::sum, TypeKind::sum}, {BuiltinId::min, TypeKind::min},
    {BuiltinId::max, TypeKind::max},     {BuiltinId::avg, TypeKind::avg}, {BuiltinId::hist, TypeKind::hist},
    {BuiltinId::lhist, TypeKind::lhist},
};

ValueKind value_kind(TypeKind kind) { return kind == TypeKind::hist ? ValueKind::hist : ValueKind::lhist; }

constexpr int64_t kMaxBits = 5;
constexpr int64_t kMaxLinearBuckets = 1000;

} // namespace

typed::ExpressionPtr Checker::aggregation(const ast::Call& node, const Builtin& row, Span span, Type& type) {
  if (!check_arguments(node, row, span)) return unknown(span);
  for (const Row& candidate : kAggregations)
    if (candidate.builtin == row.id) type.kind = candidate.kind;
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  type.size = 8;
  if (row.parameters.empty()) return typed::make_expression(span, {}, std::move(call));

  ExpressionPtr argument = integer_argument(node, 0, row);
  if (argument->type.is_none()) {
    type = {};
    return argument;
  }
  const bool is_histogram = type.kind == TypeKind::hist || type.kind == TypeKind::lhist;
  type.is_signed = !is_histogram && argument->type.is_signed && !argument->type.is_flexible;
  if (is_histogram && !histogram(node, row, type)) {
    type = {};
    return unknown(span);
  }
  call.arguments.push_back(std::move(argument));
  return typed::make_expression(span, {}, std::move(call));
}

/// Reads the literal parameters into the type. False after an error.
bool Checker::histogram(const ast::Call& node, const Builtin& row, Type& type) {
  for (size_t i = 1; i < node.arguments.size(); ++i)
    type.parameters.push_back(*number(*node.arguments[i]));
  auto refuse = [&](size_t argument, const char* what, const std::string& must, const std::string& hint) {
    report(DiagnosticId::bad_number, node.arguments[argument]->span, what, row.name, must, hint);
    return false;
  };
  if (type.kind == TypeKind::hist) {
    if (type.parameters.empty()) type.parameters = {0};
    if (type.parameters[0] < 0 || type.parameters[0] > kMaxBits)
      return refuse(1, "`bits`", "0 to 5", "0 gives one row for each power of two, 5 gives 32");
  } else {
    const int64_t min = type.parameters[0], max = type.parameters[1], step = type.parameters[2];
    if (min < 0) return refuse(1, "`min`", "0 or more", "");
    if (max <= min) return refuse(2, "`max`", "more than `min`, which is " + std::to_string(min), "");
    if (step < 1) return refuse(3, "`step`", "1 or more", "");
    if ((max - min) / step > kMaxLinearBuckets)
      return refuse(3, "`step`", "large enough for at most 1000 rows",
                    "this would take " + std::to_string((static_cast<uint64_t>(max - min) - 1) / step + 1));
  }
  type.size = aggregation_size(value_kind(type.kind), type.parameters);
  return true;
}

#define AGGREGATION(id)                                                                                      \
  typed::ExpressionPtr Checker::check_##id(const ast::Call&, const Builtin& row, Span span) {                \
    report(DiagnosticId::aggregation_misplaced, span, row.name);                                             \
    return unknown(span);                                                                                    \
  }
// Reached only where the call is not the right side of an assignment.
AGGREGATION(avg)
AGGREGATION(count)
AGGREGATION(hist)
AGGREGATION(lhist)
AGGREGATION(max)
AGGREGATION(min)
AGGREGATION(sum)
#undef AGGREGATION

} // namespace trc
