// Aggregations: count, sum and the others, and the parameters of histograms and time series.
#include <algorithm>

#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

struct Row {
  BuiltinId builtin;
  TypeKind kind;
};

constexpr Row kAggregations[] = {
    {BuiltinId::count, TypeKind::count},     {BuiltinId::sum, TypeKind::sum},
    {BuiltinId::min, TypeKind::min},         {BuiltinId::max, TypeKind::max},
    {BuiltinId::avg, TypeKind::avg},         {BuiltinId::hist, TypeKind::hist},
    {BuiltinId::lhist, TypeKind::lhist},     {BuiltinId::stats, TypeKind::stats},
    {BuiltinId::tseries, TypeKind::tseries}, {BuiltinId::quantile, TypeKind::quantile},
};

/// In the order of SeriesOf.
constexpr std::string_view kSeriesOf[] = {"", "avg", "max", "min", "sum"};

constexpr int64_t kMaxBits = 5;
constexpr int64_t kMaxLinearBuckets = 1000;
constexpr int64_t kMostIntervals = 1000000;

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
  bool is_good = true;
  if (type.kind == TypeKind::hist) is_good = hist_parameters(node, row, type);
  if (type.kind == TypeKind::lhist) is_good = lhist_parameters(node, row, type);
  if (type.kind == TypeKind::tseries) is_good = series_parameters(node, row, span, type);
  if (!is_good) {
    type = {};
    return unknown(span);
  }
  call.arguments.push_back(std::move(argument));
  return typed::make_expression(span, {}, std::move(call));
}

bool Checker::refuse_number(const ast::Call& node, size_t argument, const Builtin& row, const char* what,
                            const std::string& must, const std::string& hint) {
  report(DiagnosticId::bad_number, node.arguments[argument]->span, what, row.name, must, hint);
  return false;
}

bool Checker::hist_parameters(const ast::Call& node, const Builtin& row, Type& type) {
  const int64_t bits = node.arguments.size() > 1 ? *number(*node.arguments[1]) : 0;
  type.parameters = {bits};
  if (bits >= 0 && bits <= kMaxBits) return true;
  return refuse_number(node, 1, row, "`bits`", "0 to 5", "0 gives one row for each power of two, 5 gives 32");
}

bool Checker::lhist_parameters(const ast::Call& node, const Builtin& row, Type& type) {
  const int64_t min = *number(*node.arguments[1]), max = *number(*node.arguments[2]),
                step = *number(*node.arguments[3]);
  type.parameters = {min, max, step};
  if (min < 0) return refuse_number(node, 1, row, "`min`", "0 or more", "");
  if (max <= min)
    return refuse_number(node, 2, row, "`max`", "more than `min`, which is " + std::to_string(min), "");
  if (step < 1) return refuse_number(node, 3, row, "`step`", "1 or more", "");
  if ((max - min) / step <= kMaxLinearBuckets) return true;
  return refuse_number(node, 3, row, "`step`", "large enough for at most 1000 rows",
                       "this would take " +
                           std::to_string((static_cast<uint64_t>(max - min) - 1) / step + 1));
}

bool Checker::series_parameters(const ast::Call& node, const Builtin& row, Span span, Type& type) {
  const std::string& allowed = context_.options.settings.unstable_tseries;
  if (allowed == "error") {
    report(DiagnosticId::unstable_refused, span, row.name, "unstable_tseries");
    return false;
  }
  if (allowed == "warn") report(DiagnosticId::unstable_used, span, row.name, "unstable_tseries");
  const int64_t interval = *number(*node.arguments[1]), count = *number(*node.arguments[2]);
  if (interval < 1)
    return refuse_number(node, 1, row, "the length of an interval", "1 nanosecond or more",
                         "write for example `100ms`");
  if (count < 1 || count > kMostIntervals)
    return refuse_number(node, 2, row, "the number of intervals", "1 to " + std::to_string(kMostIntervals),
                         "");
  const std::string of = node.arguments.size() > 3 ? *text(*node.arguments[3]) : "";
  const auto* found = std::ranges::find(kSeriesOf, of);
  if (found == std::end(kSeriesOf) || (node.arguments.size() > 3 && of.empty())) {
    bad_argument(node, 3, row, "\"avg\", \"max\", \"min\" or \"sum\"", "\"" + of + "\"");
    return false;
  }
  type.parameters = {interval, count, found - std::begin(kSeriesOf)};
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
AGGREGATION(quantile)
AGGREGATION(stats)
AGGREGATION(sum)
AGGREGATION(tseries)
#undef AGGREGATION

} // namespace trc
