// Calls about maps: find, len, zero, clear.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

typed::VariableId Checker::hidden_variable(const Type& type, Span span) {
  const std::string name; // none that a script could have written
  const typed::VariableId id = declare(name, span);
  frame_->scopes.back().erase(name);
  variable_facts(id) = {.type = type, .is_assigned = true};
  variables_[id].is_assigned = true;
  return id;
}

/// One look-up into a variable of our own; if that found something, its value becomes that of the script's
/// variable, which may be of a wider type.
typed::ExpressionPtr Checker::check_find(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map& map = *as_map(*node.arguments[0]);
  const Span map_span = node.arguments[0]->span, target_span = node.arguments[2]->span;
  if (!map.keys.empty()) return bad_argument(node, 0, row, "a map without a key", "an element");
  const auto* target = std::get_if<ast::Variable>(&node.arguments[2]->node);
  if (!target) return bad_argument(node, 2, row, "a variable", what_is(*node.arguments[2]));
  const auto known = find_variable(target->name);
  const typed::VariableId id = known ? *known : declare(target->name, target_span);
  variable_facts(id).is_assigned = variables_[id].is_assigned = true;
  ExpressionPtr key = value(*node.arguments[1]);
  if (key->type.is_none()) return unknown(span);
  auto where = access(map.name, map_span, std::move(key));
  if (!where || !is_known(where->map, map_span)) return unknown(span);
  Type type = read_type(facts(where->map).value);
  if (type.is_aggregation() && !type.is_castable()) {
    report(DiagnosticId::aggregation_unreadable, map_span, facts(where->map).name, with_article(type));
    return unknown(span);
  }
  if (type.is_aggregation()) type = integer_type(8, type.kind != TypeKind::count && type.is_signed);
  const typed::VariableId held = hidden_variable(type, map_span),
                          is_found = hidden_variable(bool_type(), span);
  auto read = [&](typed::VariableId variable, const Type& of) {
    return typed::make_expression(span, of, typed::VariableRead{variable});
  };
  typed::Call call = {.id = row.id, .arguments = {}, .index = held, .access = std::move(*where)};
  typed::Block block, then;
  block.push_back(
      {span, typed::AssignVariable{is_found, typed::make_expression(span, bool_type(), std::move(call))}});
  assign_variable(id, target_span, read(held, type), then);
  block.push_back({span, typed::If{read(is_found, bool_type()), std::move(then), {}}});
  return typed::make_expression(span, bool_type(),
                                typed::BlockValue{std::move(block), read(is_found, bool_type())});
}

typed::ExpressionPtr Checker::check_len(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map* map = as_map(*node.arguments[0]);
  if (!map || !map->keys.empty()) return stack_length(node, row, span);
  const Span map_span = node.arguments[0]->span;
  const typed::MapId id = whole_map(*map, map_span);
  if (!is_known(id, map_span)) return unknown(span);
  if (facts(id).is_scalar) {
    if (facts(id).value.is_stack()) return stack_length(node, row, span);
    report(DiagnosticId::no_keys, map_span, facts(id).name, row.name);
    return unknown(span);
  }
  const uint32_t counter = context_.kernel.function_id("bpf_map_sum_elem_count").value_or(0);
  typed::Call call = {.id = row.id, .arguments = {}, .index = counter, .access = {.map = id, .key = nullptr}};
  return typed::make_expression(span, integer_type(8, true), std::move(call));
}

typed::ExpressionPtr Checker::check_clear(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map& map = *as_map(*node.arguments[0]);
  if (!map.keys.empty()) return bad_argument(node, 0, row, "a whole map", "an element: `delete` removes one");
  const typed::MapId id = whole_map(map, node.arguments[0]->span);
  if (!is_known(id, node.arguments[0]->span)) return unknown(span);
  facts(id).is_cleared = true;
  const uint32_t action = add_action({.kind = ActionKind::clear_map, .map = id});
  return typed::make_expression(
      span, {},
      typed::Call{.id = row.id, .arguments = {}, .index = action, .access = {.map = id, .key = nullptr}});
}

/// As clear(), but for what is left behind. A scalar that is no aggregation is only given another value.
typed::ExpressionPtr Checker::check_zero(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map& map = *as_map(*node.arguments[0]);
  if (!map.keys.empty())
    return bad_argument(node, 0, row, "a whole map", "an element: assign to it to change one");
  const typed::MapId id = whole_map(map, node.arguments[0]->span);
  if (!is_known(id, node.arguments[0]->span)) return unknown(span);
  MapFacts& zeroed = facts(id);
  if (zeroed.is_keyed || zeroed.value.is_aggregation()) zeroed.is_cleared = true;
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {.map = id, .key = nullptr}};
  if (zeroed.is_cleared) call.index = add_action({.kind = ActionKind::clear_map, .map = id});
  return typed::make_expression(span, {}, std::move(call));
}

} // namespace trc
