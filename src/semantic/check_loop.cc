// Loops: while, unroll, for over a range or a map, break and continue.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

typed::Block Checker::loop_body(const ast::Block& source) {
  ++loops_;
  typed::Block body = block(source);
  --loops_;
  return body;
}

bool Checker::is_in_loop(const char* statement, Span span) {
  if (loops_ == 0) report(DiagnosticId::not_in_loop, span, statement);
  return loops_ > 0;
}

void Checker::while_loop(const ast::While& node, Span span, typed::Block& out) {
  ++loops_; // what the body assigns may have a value in the condition
  ExpressionPtr test = condition(*node.condition);
  --loops_;
  out.push_back({span, typed::While{std::move(test), loop_body(node.body)}});
}

void Checker::unroll(const ast::Unroll& node, Span span, typed::Block& out) {
  constexpr uint64_t kMost = 100; // the reference's limit
  ExpressionPtr count = value(*node.count);
  const typed::Constant* known = as_constant(*count);
  uint32_t times = 1;
  if (!count->type.is_none() && (!known || !count->type.is_integer()))
    report(DiagnosticId::bad_unroll, count->span, "is not a number that is known by now");
  else if (known && !count->type.is_none() && (known->bits < 1 || known->bits > kMost))
    report(DiagnosticId::bad_unroll, count->span, "is out of range");
  else if (known && !count->type.is_none())
    times = known->bits;
  out.push_back({span, typed::Unroll{times, loop_body(node.body)}});
}

bool Checker::can_declare_loop_variable(const ast::For& node) {
  if (!find_variable(node.variable.name)) return true;
  report(DiagnosticId::loop_variable_taken, node.variable.span, "$" + node.variable.name);
  return false;
}

void Checker::for_range(const ast::For& node, Span span, typed::Block& out) {
  ExpressionPtr from = value(*node.from), to = value(*node.to);
  for (const ExpressionPtr* end : {&from, &to})
    if (!(*end)->type.is_none() && !(*end)->type.is_integer())
      report(DiagnosticId::bad_range, (*end)->span, with_article((*end)->type));
  if (!can_declare_loop_variable(node)) return;
  push_scope();
  const typed::VariableId id = declare(node.variable.name, node.variable.span);
  variable_facts(id).is_assigned = variables_[id].is_assigned = true;
  if (from->type.is_integer() && to->type.is_integer()) {
    const Joined joined = join_types(from->type, to->type);
    if (joined.fit == Fit::sign_lost) report(DiagnosticId::sign_lost, span, "..");
    widen(variable_type(id), joined.type, "$" + node.variable.name, span);
    const Type type = storage_type(variable_type(id));
    from = convert(std::move(from), type);
    to = convert(std::move(to), type);
  }
  typed::Block body = loop_body(node.body);
  pop_scope();
  out.push_back({span, typed::ForRange{id, std::move(from), std::move(to), std::move(body)}});
}

/// What `.1` of a pair is: an aggregation's number, nothing where it is none.
static std::vector<Type> pair_of(const MapFacts& map) {
  const Type key = storage_type(map.key), value = storage_type(map.value);
  if (!value.is_aggregation()) return {key, value};
  if (!value.is_castable()) return {key};
  return {key, integer_type(8, value.kind != TypeKind::count && value.is_signed)};
}

void Checker::for_map(const ast::For& node, Span span, typed::Block& out) {
  const typed::MapId map = map_id(node.map.name, node.map.span);
  if (!can_declare_loop_variable(node) || !is_known(map, node.map.span)) return;
  if (facts(map).is_scalar) {
    report(DiagnosticId::loop_over_scalar, node.map.span, facts(map).name);
    return;
  }
  push_scope();
  const typed::VariableId id = declare(node.variable.name, node.variable.span);
  VariableFacts& pair = variable_facts(id);
  pair.is_assigned = pair.is_fixed = variables_[id].is_assigned = true;
  if (facts(map).is_keyed && !facts(map).key.is_none()) pair.type = tuple_type(pair_of(facts(map)));
  typed::Block body = loop_body(node.body);
  pop_scope();
  out.push_back({span, typed::ForMap{id, map, std::move(body)}});
}

} // namespace trc
