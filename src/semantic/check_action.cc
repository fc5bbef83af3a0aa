// Calls that act: print, time, exit.
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/limits.h"

namespace trc {
namespace {

typed::Call action_call(const Builtin& row, uint32_t index, typed::Expressions arguments = {}) {
  return {.id = row.id, .arguments = std::move(arguments), .index = index, .access = {}};
}

} // namespace

typed::ExpressionPtr Checker::check_print(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map* map = as_map(*node.arguments[0]);
  if (map && map->keys.empty()) return print_map(node, *map, row, span);
  if (node.arguments.size() > 1) {
    report(DiagnosticId::print_map_only, node.arguments[1]->span);
    return unknown(span);
  }
  if (map && is_known(map_id(map->name, span), node.arguments[0]->span)) {
    const Type& held = facts(map_id(map->name, span)).value;
    if (held.is_aggregation() && !held.is_castable()) return print_aggregation(*map, row, span);
  }
  ExpressionPtr printed = value(*node.arguments[0]);
  uint32_t event = add_event(EventKind::print_value, "", {printed->type}, span);
  typed::Expressions values;
  values.push_back(std::move(printed));
  return typed::make_expression(span, {}, action_call(row, event, std::move(values)));
}

typed::ExpressionPtr Checker::print_map(const ast::Call& node, const ast::Map& map, const Builtin& row,
                                        Span span) {
  const Span map_span = node.arguments[0]->span;
  ActionInfo action = {.kind = ActionKind::print_map, .map = whole_map(map, map_span)};
  if (!is_known(action.map, map_span)) return unknown(span);
  for (size_t i = 1; i < node.arguments.size(); ++i) {
    const int64_t n = *number(*node.arguments[i]);
    if (n < 0) {
      report(DiagnosticId::bad_number, node.arguments[i]->span, i == 1 ? "`top`" : "`div`", row.name,
             "0 or more", "");
      return unknown(span);
    }
    (i == 1 ? action.top : action.divisor) = n;
  }
  const MapFacts& printed = facts(action.map);
  const TypeKind kind = printed.value.kind;
  if (action.divisor != 0 && (kind == TypeKind::stats || kind == TypeKind::lhist))
    report(DiagnosticId::divisor_partial, node.arguments[2]->span, printed.name, with_article(printed.value),
           kind == TypeKind::stats ? "only the average" : "nothing");
  const bool is_taken_away = printed.is_cleared && (printed.is_counted || printed.value.is_aggregation());
  const bool as_it_is = node.arguments.size() == 1 && !printed.is_keyed && !is_taken_away;
  if (as_it_is && (!printed.value.is_aggregation() || printed.value.is_castable()))
    return print_scalar(map, row, span);
  if (as_it_is && fits_event(printed.value)) return print_aggregation(map, row, span);
  if (printed.is_keyed && loops_ > 0) report(DiagnosticId::print_in_loop, span);
  return typed::make_expression(span, {}, action_call(row, add_action(action)));
}

/// Whether what all CPUs hold of it goes into an event.
bool Checker::fits_event(const Type& aggregation) const {
  constexpr uint64_t kMostBytes = 64 << 10;
  return bytes_per_cpu(aggregation) * context_.kernel.possible_cpus() <= kMostBytes;
}

/// A scalar's value travels with the statement, so that it is the one that the map has at this moment. Not if
/// it is counted up and cleared: what is printed before a clear must be all that the clear takes away.
typed::ExpressionPtr Checker::print_scalar(const ast::Map& map, const Builtin& row, Span span) {
  ExpressionPtr printed = map_read(map, span);
  uint32_t event =
      add_event(EventKind::print_scalar, facts(map_id(map.name, span)).name, {printed->type}, span);
  typed::Expressions values;
  values.push_back(std::move(printed));
  return typed::make_expression(span, {}, action_call(row, event, std::move(values)));
}

/// What an aggregation that is no single number holds at this moment: that of a scalar, or one element.
typed::ExpressionPtr Checker::print_aggregation(const ast::Map& map, const Builtin& row, Span span) {
  auto where = access(map, span);
  if (!where) return unknown(span);
  const MapFacts& printed = facts(where->map);
  const EventKind kind = where->key ? EventKind::print_value : EventKind::print_scalar;
  const uint32_t event = add_event(kind, where->key ? "" : printed.name, {printed.value}, span);
  typed::Expressions values;
  values.push_back(typed::make_expression(span, printed.value, typed::AggregationRead{std::move(*where)}));
  return typed::make_expression(span, {}, action_call(row, event, std::move(values)));
}

typed::ExpressionPtr Checker::check_exit(const ast::Call& node, const Builtin& row, Span span) {
  typed::Expressions values;
  if (!node.arguments.empty()) {
    ExpressionPtr code = integer_argument(node, 0, row);
    const typed::Constant* known = as_constant(*code);
    if (known && code->type.is_integer() && known->bits > 255) {
      report(DiagnosticId::bad_number, code->span, "the exit status", row.name, "0 to 255", "");
      return unknown(span);
    }
    values.push_back(std::move(code));
  }
  return typed::make_expression(span, {},
                                action_call(row, add_action({.kind = ActionKind::exit}), std::move(values)));
}

typed::ExpressionPtr Checker::check_time(const ast::Call& node, const Builtin& row, Span span) {
  std::string format = node.arguments.empty() ? "%H:%M:%S\n" : *text(*node.arguments[0]);
  return typed::make_expression(span, {},
                                action_call(row, add_event(EventKind::time, std::move(format), {}, span)));
}

} // namespace trc
