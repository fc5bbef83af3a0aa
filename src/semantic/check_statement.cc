// Statements: blocks and scopes, assignments, conditions.
#include "base/overloaded.h"
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/typed_walk.h"

namespace trc {

/// Whether an integer type has the value of a constant.
static bool holds(const Type& type, const typed::Expression& e) {
  const uint64_t bits = as_constant(e)->bits;
  const bool is_negative = e.type.is_signed && static_cast<int64_t>(bits) < 0;
  if (type.is_signed) {
    if (!is_negative && static_cast<int64_t>(bits) < 0) return false;
    const int unused = 64 - 8 * type.size;
    return static_cast<int64_t>(bits << unused) >> unused == static_cast<int64_t>(bits);
  }
  return !is_negative && (type.size == 8 || bits >> (8 * type.size) == 0);
}

static bool has_find(const typed::Expression& e) {
  return typed::any_of(e, [](const typed::Expression& inner) {
    auto* call = std::get_if<typed::Call>(&inner.node);
    return call && call->id == BuiltinId::find;
  });
}

/// Whether evaluating it does anything, so that it can be a statement.
static bool acts(const typed::Expression& e) {
  if (auto* cut = std::get_if<typed::Convert>(&e.node)) // `$x++` of a narrow variable
    return std::holds_alternative<typed::VariableStep>(cut->operand->node);
  // find(): what it is asked for is a variable.
  if (std::holds_alternative<typed::BlockValue>(e.node)) return has_find(e);
  if (auto* call = std::get_if<typed::Call>(&e.node))
    return call->id == BuiltinId::delete_key || call->id == BuiltinId::skboutput ||
           call->id == BuiltinId::write_user || builtin(call->id).kind == BuiltinKind::action;
  return std::holds_alternative<typed::VariableStep>(e.node) ||
         std::holds_alternative<typed::FunctionCall>(e.node) ||
         std::holds_alternative<typed::MapStep>(e.node);
}

typed::Block Checker::block(const ast::Block& source) {
  push_scope();
  typed::Block out;
  statements(source, out);
  pop_scope();
  return out;
}

void Checker::statements(const ast::Block& source, typed::Block& out) {
  for (const ast::StatementPtr& s : source.statements)
    statement(*s, out);
  if (source.value) evaluate(*source.value, source.value->span, out);
}

void Checker::statement(const ast::Statement& source, typed::Block& out) {
  const Span span = source.span;
  std::visit(
      overloaded{
          [&](const ast::Evaluate& n) { evaluate(*n.expression, span, out); },
          [&](const ast::Discard& n) {
            out.push_back({span, typed::Evaluate{value(*n.expression)}});
          },
          [&](const ast::Assign& n) { assign(n, span, out); },
          [&](const ast::Let& n) { let(n, span, out); },
          [&](const ast::While& n) { while_loop(n, span, out); },
          [&](const ast::Unroll& n) { unroll(n, span, out); },
          [&](const ast::For& n) { n.map.name.empty() ? for_range(n, span, out) : for_map(n, span, out); },
          [&](const ast::Break&) {
            if (is_in_loop("break", span)) out.push_back({span, typed::Break{}});
          },
          [&](const ast::Continue&) {
            if (is_in_loop("continue", span)) out.push_back({span, typed::Continue{}});
          },
          [&](const ast::Return& n) { leave(n, span, out); },
      },
      source.node);
}

void Checker::evaluate(const ast::Expression& source, Span span, typed::Block& out) {
  if (auto* marked = std::get_if<ast::Comptime>(&source.node))
    if (auto* choice = std::get_if<ast::If>(&marked->operand->node))
      return if_statement(*choice, span, true, out);
  if (auto* choice = std::get_if<ast::If>(&source.node)) return if_statement(*choice, span, false, out);
  if (auto* choice = std::get_if<ast::Ternary>(&source.node); choice && choice->then)
    return choice_statement(*choice, span, out);
  if (auto* nested = std::get_if<ast::BlockExpression>(&source.node))
    return out.push_back({span, typed::Nested{block(nested->block)}});
  if (auto* call = std::get_if<ast::Call>(&source.node))
    if (const ast::Macro* macro = find_macro(*call)) return macro_statement(*macro, *call, span, out);
  if (auto* name = std::get_if<ast::Name>(&source.node)) {
    if (const Frame::Argument* argument = macro_argument(name->name))
      return argument_statement(*argument, out);
    const ast::Call call = {name->name, source.span, {}};
    if (const ast::Macro* macro = find_macro(call)) return macro_statement(*macro, call, span, out);
  }
  ExpressionPtr e = expression(source);
  if (!acts(*e) && !e->type.is_none()) report(DiagnosticId::value_dropped, e->span);
  // Nothing is left of what was decided by now, as static_assert() is.
  const bool is_action = std::holds_alternative<typed::Call>(e->node);
  if (e->type.is_none() && !is_action && !std::holds_alternative<typed::FunctionCall>(e->node)) return;
  out.push_back({span, typed::Evaluate{std::move(e)}});
}

void Checker::let(const ast::Let& node, Span span, typed::Block& out) {
  if (find_variable(node.name)) {
    report(DiagnosticId::variable_redeclared, node.name_span, "$" + node.name);
    return;
  }
  // The value is checked first: it can't refer to the variable itself.
  ExpressionPtr initial = node.value ? value(*node.value) : nullptr;
  const std::optional<Type> written = node.type ? type_of(*node.type) : std::nullopt;
  if (written && (written->is_aggregation() || written->is_none())) {
    report(DiagnosticId::bad_variable_type, node.type->span, spelling(*written));
    return;
  }
  const typed::VariableId id = declare(node.name, node.name_span);
  if (written && !declare_type(id, *written, node.type->span, initial.get())) return;
  if (initial) return assign_variable(id, span, std::move(initial), out);
  // Assigned later, perhaps not on every way: until then it is zero.
  const Type type = storage_type(variable_type(id));
  if (!type.is_none()) out.push_back({span, typed::AssignVariable{id, zero_of(span, type)}});
}

/// `string`, `buffer` and `T[]` without a size take that of their values: an array that of its first one.
/// False after an error.
bool Checker::declare_type(typed::VariableId id, const Type& written, Span span,
                           const typed::Expression* initial) {
  VariableFacts& variable = variable_facts(id);
  if (written.is_string() && written.size == 0) {
    if (variable.type.is_none()) variable.type = string_type(1);
    return true;
  }
  if (written.kind == TypeKind::buffer && written.size == buffer_type(0).size) {
    if (variable.type.is_none()) variable.type = written;
    return true;
  }
  variable.type = written;
  if (written.kind == TypeKind::array && written.size == 0) {
    if (initial && initial->type.is_none()) return true;
    if (!initial)
      report(DiagnosticId::impossible_type, span, "`" + spelling(written) + "` has no size of its own", "");
    if (!initial) return false;
    if (initial->type.kind == TypeKind::array && initial->type.elements == written.elements)
      variable.type = initial->type;
  }
  variable.is_fixed = true;
  return true;
}

/// Whether a value may not fit what it is stored in.
static bool is_cut(const Type& from, const Type& to) {
  if (from.is_integer() && to.is_integer()) return join_types(to, from).type.size > to.size;
  if (to.is_string() || to.kind == TypeKind::buffer) return from.size > to.size;
  if (to.kind != TypeKind::tuple || to.is_presented()) return false;
  for (size_t i = 0; i < to.elements.size(); ++i)
    if (is_cut(from.elements[i], to.elements[i])) return true;
  return false;
}

typed::ExpressionPtr Checker::fit(ExpressionPtr e, const Type& to, const std::string& what) {
  if (e->type.is_none()) return e;
  const Joined joined = join_types(to, e->type);
  const bool is_number = to.is_integer() && e->type.is_integer();
  if (joined.fit == Fit::bad || (to.is_integer() && !e->type.is_integer() && !e->type.is_scalar())) {
    report(DiagnosticId::type_mismatch, e->span, what, with_article(to), with_article(e->type));
    return unknown(e->span);
  }
  if (const typed::Constant* known = as_constant(*e); known && is_number && !holds(to, *e)) {
    report(DiagnosticId::literal_too_large, e->span, what, with_article(to),
           e->type.is_signed ? std::to_string(static_cast<int64_t>(known->bits))
                             : std::to_string(known->bits));
    return unknown(e->span);
  }
  if (!as_constant(*e) && is_cut(e->type, to))
    report(DiagnosticId::value_cut, e->span, what, with_article(to), with_article(e->type));
  return convert(std::move(e), to);
}

void Checker::assign(const ast::Assign& node, Span span, typed::Block& out) {
  if (auto* call = std::get_if<ast::Call>(&node.value->node)) {
    const bool is_own = find_macro(*call) || find_function(call->name);
    const Builtin* row = is_own ? nullptr : find_builtin(call->name);
    if (row && row->kind == BuiltinKind::aggregation) return aggregate(node, *row, span, out);
  }
  ExpressionPtr right = value(*node.value);
  if (auto* map = std::get_if<ast::Map>(&node.target->node)) {
    if (node.op) return update_map(node, *map, span, std::move(right), out);
    return assign_map(node, *map, span, std::move(right), out);
  }
  const auto& target = std::get<ast::Variable>(node.target->node);
  auto found = find_variable(target.name);
  if (node.op) {
    const uint32_t size = right->type.size;
    right = binary(*node.op, span, variable(target, node.target->span), std::move(right));
    // `$x += 5` of a narrow variable goes around at its end, as `++` does.
    if (found && variable_facts(*found).is_fixed && right->type.is_integer() &&
        variable_type(*found).is_integer() && size <= variable_type(*found).size)
      right = convert(std::move(right), variable_type(*found));
  }
  assign_variable(found ? *found : declare(target.name, node.target->span), span, std::move(right), out);
}

void Checker::assign_variable(typed::VariableId id, Span span, ExpressionPtr right, typed::Block& out) {
  const std::string name = "$" + variables_[id].name;
  variable_facts(id).is_assigned = variables_[id].is_assigned = true;
  if (variable_facts(id).is_fixed) right = fit(std::move(right), variable_type(id), name);
  const bool known = variable_facts(id).is_fixed ? !right->type.is_none()
                                                 : widen(variable_type(id), right->type, name, right->span);
  if (!known) return;
  right = convert(std::move(right), storage_type(variable_type(id)));
  out.push_back({span, typed::AssignVariable{id, std::move(right)}});
}

void Checker::assign_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr right,
                         typed::Block& out) {
  auto where = access(target, node.target->span);
  if (!where) return;
  MapFacts& map = facts(where->map);
  map.is_assigned = true;
  if (!widen(map.value, right->type, map.name, right->span)) return;
  right = convert(std::move(right), storage_type(map.value));
  out.push_back({span, typed::AssignMap{std::move(*where), std::move(right)}});
}

void Checker::update_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr right,
                         typed::Block& out) {
  const BinaryOperator op = *node.op;
  auto where = access(target, node.target->span);
  if (!where) return;
  MapFacts& map = facts(where->map);
  map.is_assigned = map.is_counted = true;
  if (right->type.is_none() || is_bad_operand(op, *right)) return;
  if (!right->type.is_scalar()) {
    report(DiagnosticId::bad_operand, right->span, std::string(trc::spelling(op)) + "=",
           with_article(right->type), "");
    return;
  }
  if (map.value.is_pointer()) {
    const bool moves = op == BinaryOperator::add || op == BinaryOperator::subtract;
    const uint32_t size = stride_of(map.value);
    if (!moves || size == 0 || !right->type.is_integer()) {
      report(DiagnosticId::bad_operand, right->span, std::string(trc::spelling(op)) + "=",
             with_article(map.value), "");
      return;
    }
    right = scaled(std::move(right), size);
    out.push_back({span, typed::UpdateMap{std::move(*where), op, std::move(right), false}});
    return;
  }
  // `@x -= 1` makes a signed map, as a subtraction gives a signed number.
  Type by = op == BinaryOperator::subtract ? integer_type(8, true) : right->type;
  if (by.kind != TypeKind::integer) by = integer_type(8, false);
  // The count's sign says nothing about what is shifted.
  if (op == BinaryOperator::shift_left || op == BinaryOperator::shift_right) by = literal(span, 0)->type;
  if (!widen(map.value, by, map.name, right->span)) return;
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
  if (type.is_none() || !widen(facts(where->map).value, type, facts(where->map).name, node.value->span))
    return;
  auto& typed_call = std::get<typed::Call>(call->node);
  typed_call.access = std::move(*where);
  // Signed or not is the map's affair: another assignment may have made it signed.
  for (ExpressionPtr& argument : typed_call.arguments)
    argument = convert(std::move(argument), integer_type(8, facts(typed_call.access.map).value.is_signed));
  out.push_back({span, typed::Evaluate{std::move(call)}});
}

} // namespace trc
