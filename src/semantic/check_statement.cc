// Statements: blocks and scopes, assignments, conditions.
#include "base/overloaded.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

/// Whether evaluating it does anything, so that it can be a statement.
static bool acts(const typed::Expression& e) {
  if (auto* call = std::get_if<typed::Call>(&e.node))
    return call->id == BuiltinId::delete_key || builtin(call->id).kind == BuiltinKind::action;
  return std::holds_alternative<typed::VariableStep>(e.node) ||
         std::holds_alternative<typed::MapStep>(e.node);
}

Checker::Checker(CheckContext context, const ExpandedProbe& probe, size_t index)
    : context_(context), probe_(probe), index_(index) {}

void Checker::run() {
  const probes::Match& first = probe_.matches.front();
  typed::Probe typed = {.span = probe_.source->span,
                        .text = probe_.text,
                        .type = first.type,
                        .attach_btf_id = first.attach_btf_id,
                        .run_by = first.run_by,
                        .pointers = first.pointers,
                        .return_value = first.return_value,
                        .filters_pid_itself = first.filters_pid_itself,
                        .has_cookie = first.has_cookie,
                        .instances = {},
                        .variables = {},
                        .body = {}};
  for (const probes::Match& match : probe_.matches)
    typed.instances.push_back({match.name, match.attach, match.selector});

  if (const ast::Expression* predicate = probe_.source->predicate.get()) {
    typed::If guard = {
        .condition = condition(*predicate), .then = block(probe_.source->body), .otherwise = {}};
    typed.body.push_back({predicate->span, std::move(guard)});
  } else {
    typed.body = block(probe_.source->body);
  }
  for (const VariableFacts& facts : context_.environment.variables[index_])
    typed.variables.push_back(storage_type(facts.type));
  context_.program.probes.push_back(std::move(typed));
}

typed::Block Checker::block(const ast::Block& source) {
  scopes_.emplace_back();
  typed::Block out;
  for (const ast::StatementPtr& s : source.statements)
    statement(*s, out);
  for (const auto& [name, unused] : scopes_.back())
    left_scopes_.insert(name);
  scopes_.pop_back();
  return out;
}

void Checker::statement(const ast::Statement& source, typed::Block& out) {
  const Span span = source.span;
  std::visit(overloaded{
                 [&](const ast::Evaluate& n) {
                   if (auto* choice = std::get_if<ast::If>(&n.expression->node))
                     return out.push_back(if_statement(*choice, span));
                   if (auto* nested = std::get_if<ast::BlockExpression>(&n.expression->node))
                     return out.push_back({span, typed::Nested{block(nested->block)}});
                   ExpressionPtr e = expression(*n.expression);
                   if (!acts(*e) && !e->type.is_none()) report(DiagnosticId::value_dropped, e->span);
                   out.push_back({span, typed::Evaluate{std::move(e)}});
                 },
                 [&](const ast::Discard& n) {
                   out.push_back({span, typed::Evaluate{value(*n.expression)}});
                 },
                 [&](const ast::Assign& n) { assign(n, span, out); },
                 [&](const ast::Let& n) { let(n, span, out); },
                 [&](const ast::Return&) {
                   out.push_back({span, typed::Return{nullptr}});
                 },
                 [&](const auto&) {},
             },
             source.node);
}

typed::Statement Checker::if_statement(const ast::If& node, Span span) {
  typed::If typed = {.condition = condition(*node.condition), .then = block(node.then), .otherwise = {}};
  if (node.otherwise) typed.otherwise = block(*node.otherwise);
  return {span, std::move(typed)};
}

typed::ExpressionPtr Checker::condition(const ast::Expression& source) {
  ExpressionPtr e = value(source);
  if (e->type.is_none() || e->type.is_scalar()) return convert(std::move(e), bool_type());
  report(DiagnosticId::bad_condition, e->span, with_article(e->type));
  return unknown(source.span);
}

void Checker::let(const ast::Let& node, Span span, typed::Block& out) {
  if (find_variable(node.name)) {
    report(DiagnosticId::variable_redeclared, node.name_span, "$" + node.name);
    return;
  }
  // The value is checked first: it can't refer to the variable itself.
  ExpressionPtr initial = node.value ? value(*node.value) : nullptr;
  typed::VariableId id = declare(node.name);
  if (!initial) {
    // Assigned later, perhaps not on every way: until then it is zero.
    const Type type = storage_type(variable_type(id));
    if (!type.is_none()) out.push_back({span, typed::AssignVariable{id, zero_of(span, type)}});
    return;
  }
  variable_facts(id).is_assigned = true;
  widen(variable_type(id), initial->type, "$" + node.name, span);
  initial = convert(std::move(initial), storage_type(variable_type(id)));
  out.push_back({span, typed::AssignVariable{id, std::move(initial)}});
}

void Checker::assign(const ast::Assign& node, Span span, typed::Block& out) {
  if (auto* call = std::get_if<ast::Call>(&node.value->node)) {
    const Builtin* row = find_builtin(call->name);
    if (row && row->kind == BuiltinKind::aggregation) return aggregate(node, *row, span, out);
  }
  ExpressionPtr right = value(*node.value);
  if (auto* map = std::get_if<ast::Map>(&node.target->node)) {
    if (node.op) return update_map(node, *map, span, std::move(right), out);
    return assign_map(node, *map, span, std::move(right), out);
  }
  const auto& target = std::get<ast::Variable>(node.target->node);
  if (node.op) right = binary(*node.op, span, variable(target, node.target->span), std::move(right));
  assign_variable(target, span, std::move(right), out);
}

void Checker::assign_variable(const ast::Variable& target, Span span, ExpressionPtr right,
                              typed::Block& out) {
  auto found = find_variable(target.name);
  typed::VariableId id = found ? *found : declare(target.name);
  variable_facts(id).is_assigned = true;
  if (!widen(variable_type(id), right->type, "$" + target.name, right->span)) return;
  right = convert(std::move(right), storage_type(variable_type(id)));
  out.push_back({span, typed::AssignVariable{id, std::move(right)}});
}

void Checker::assign_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr right,
                         typed::Block& out) {
  auto where = access(target, node.target->span);
  if (!where) return;
  MapFacts& map = facts(where->map);
  map.is_assigned = true;
  if (!widen(map.value, right->type, target.name, right->span)) return;
  right = convert(std::move(right), storage_type(map.value));
  out.push_back({span, typed::AssignMap{std::move(*where), std::move(right)}});
}

void Checker::update_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr right,
                         typed::Block& out) {
  const BinaryOperator op = *node.op;
  auto where = access(target, node.target->span);
  if (!where) return;
  MapFacts& map = facts(where->map);
  map.is_assigned = true;
  if (right->type.is_none() || is_bad_operand(op, *right)) return;
  if (!right->type.is_scalar()) {
    report(DiagnosticId::bad_operand, right->span, std::string(trc::spelling(op)) + "=",
           with_article(right->type), "");
    return;
  }
  if (map.value.kind == TypeKind::pointer && map.value.elements.empty()) {
    report(DiagnosticId::bad_operand, right->span, std::string(trc::spelling(op)) + "=",
           with_article(map.value), "");
    return;
  }
  // `@x -= 1` makes a signed map, as a subtraction gives a signed number.
  Type by = op == BinaryOperator::subtract ? integer_type(8, true) : right->type;
  if (by.kind != TypeKind::integer) by = integer_type(8, false);
  if (!widen(map.value, by, target.name, right->span)) return;
  const bool is_signed = storage_type(map.value).is_signed;
  right = convert(std::move(right), storage_type(map.value));
  out.push_back({span, typed::UpdateMap{std::move(*where), op, std::move(right), is_signed}});
}

void Checker::aggregate(const ast::Assign& node, const Builtin& row, Span span, typed::Block& out) {
  auto* map = std::get_if<ast::Map>(&node.target->node);
  if (!map || node.op) {
    report(DiagnosticId::aggregation_misplaced, node.value->span, row.name);
    return;
  }
  Type type;
  ExpressionPtr call = aggregation(std::get<ast::Call>(node.value->node), row, node.value->span, type);
  auto where = access(*map, node.target->span);
  if (!where) return;
  facts(where->map).is_assigned = true;
  if (type.is_none() || !widen(facts(where->map).value, type, map->name, node.value->span)) return;
  auto& typed_call = std::get<typed::Call>(call->node);
  typed_call.access = std::move(*where);
  // Signed or not is the map's affair: another assignment may have made it signed.
  for (ExpressionPtr& argument : typed_call.arguments)
    argument = convert(std::move(argument), integer_type(8, facts(typed_call.access.map).value.is_signed));
  out.push_back({span, typed::Evaluate{std::move(call)}});
}

typed::VariableId Checker::declare(const std::string& name) {
  typed::VariableId id = declared_++;
  scopes_.back()[name] = id;
  auto& facts = context_.environment.variables[index_];
  if (facts.size() <= id) facts.emplace_back();
  return id;
}

std::optional<typed::VariableId> Checker::find_variable(const std::string& name) const {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
    if (auto found = scope->find(name); found != scope->end()) return found->second;
  return {};
}

typed::ExpressionPtr Checker::unknown(Span span) {
  return typed::make_expression(span, {}, typed::Constant{});
}

uint32_t Checker::add_event(EventKind kind, std::string format, std::vector<Type> fields, Span span) {
  context_.program.events.push_back({kind, std::move(format), std::move(fields), span});
  return context_.program.events.size() - 1;
}

uint32_t Checker::add_action(ActionInfo action) {
  auto& actions = context_.program.actions;
  for (size_t i = 0; i < actions.size(); ++i)
    if (actions[i] == action) return i;
  actions.push_back(action);
  return actions.size() - 1;
}

} // namespace trc
