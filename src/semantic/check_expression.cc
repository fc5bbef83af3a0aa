// Expressions but for binary operators, maps and calls.
#include <algorithm>

#include "base/overloaded.h"
#include "lang/planned.h"
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/limits.h"

namespace trc {

typed::ExpressionPtr Checker::expression(const ast::Expression& source) {
  const Span span = source.span;
  return std::visit(
      overloaded{
          [&](const ast::Integer& n) {
            ExpressionPtr e = literal(span, n.literal.value);
            if (n.literal.unsigned_suffix) e->type = integer_type(8, false);
            return e;
          },
          [&](const ast::String& n) { return text_value(span, n.value); },
          [&](const ast::Boolean& n) { return boolean(span, n.value); },
          [&](const ast::Name& n) { return name(n, span); },
          [&](const ast::Variable& n) { return variable(n, span); },
          [&](const ast::Map& n) { return map_read(n, span); },
          [&](const ast::Parameter& n) { return parameter(n, span); },
          [&](const ast::ParameterCount&) { return literal(span, context_.options.parameters.size()); },
          [&](const ast::Unary& n) { return is_step(n.op) ? step(n, span) : unary(n, span); },
          [&](const ast::Binary& n) { return binary(n, span); },
          [&](const ast::Ternary& n) { return ternary(n, span); },
          [&](const ast::Call& n) { return call(n, span); },
          [&](const ast::Tuple& n) { return tuple(n, span); },
          [&](const ast::Member& n) { return member(n, span); },
          [&](const ast::If& n) { return if_value(n, span, false); },
          [&](const ast::BlockExpression& n) { return block_value(n.block); },
          [&](const ast::Comptime& n) { return comptime(n, span); },
          [&](const ast::TypeOf&) {
            report(DiagnosticId::type_misplaced, span);
            return unknown(span);
          },
          [&](const auto&) -> ExpressionPtr { return unknown(span); },
      },
      source.node);
}

typed::ExpressionPtr Checker::value(const ast::Expression& source) {
  ExpressionPtr e = expression(source);
  auto* call = std::get_if<typed::Call>(&e->node);
  if (call && builtin(call->id).kind == BuiltinKind::action)
    report(DiagnosticId::no_value, source.span, builtin(call->id).name);
  return e;
}

typed::ExpressionPtr Checker::name(const ast::Name& node, Span span) {
  if (const Frame::Argument* argument = macro_argument(node.name)) return argument_value(*argument);
  const ast::Call as_call = {node.name, span, {}};
  if (const ast::Macro* macro = find_macro(as_call)) return macro_value(*macro, as_call, span);
  if (node.name == "args") {
    if (!here("args", span)) return unknown(span);
    std::string fields;
    if (probe_->arguments)
      for (const auto& argument : *probe_->arguments)
        if (!argument.type.is_none()) fields += (fields.empty() ? "`" : ", `") + argument.name + "`";
    if (fields.empty())
      report(DiagnosticId::no_args_here, span, probe_name());
    else
      report(DiagnosticId::args_needs_field, span, fields);
    return unknown(span);
  }
  const Builtin* row = find_builtin(node.name);
  if (!row) {
    std::vector<std::string> known = {"args"};
    for (const Builtin& builtin : builtins())
      if (builtin.kind == BuiltinKind::value) known.emplace_back(builtin.name);
    report(DiagnosticId::unknown_name, span, node.name, hint_for_unknown(node.name, known));
    return unknown(span);
  }
  if (row->kind != BuiltinKind::value) {
    report(DiagnosticId::not_a_value, span, node.name,
           std::string(row->name) + "(" + std::string(row->signature) + ")");
    return unknown(span);
  }
  return call(as_call, span);
}

typed::ExpressionPtr Checker::member(const ast::Member& node, Span span) {
  auto* base = std::get_if<ast::Name>(&node.base->node);
  if (!base || base->name != "args") {
    ExpressionPtr e = value(*node.base);
    if (e->type.kind == TypeKind::tuple) return element(node, span, std::move(e));
    const bool is_fraction = std::holds_alternative<ast::Integer>(node.base->node);
    if (!e->type.is_none())
      report(DiagnosticId::not_a_struct, e->span, with_article(e->type),
             is_fraction ? "there are no floating point numbers here" : "`.` and `->` go with `args`");
    return unknown(span);
  }
  if (!here("args", node.base->span)) return unknown(span);
  if (!probe_->arguments) {
    report(DiagnosticId::no_args_here, node.base->span, probe_name());
    return unknown(span);
  }
  std::vector<std::string> names;
  for (const probes::Argument& argument : *probe_->arguments) {
    if (argument.type.is_none()) continue;
    if (argument.name == node.name)
      return typed::make_expression(span, argument.type, typed::ArgumentRead{argument.access});
    names.push_back(argument.name);
  }
  std::string hint = did_you_mean(node.name, names);
  if (hint.empty() && !names.empty()) {
    for (const std::string& name : names)
      hint += (hint.empty() ? "its fields are `" : ", `") + name + "`";
  }
  report(DiagnosticId::unknown_field, node.name_span, probe_name(), node.name, hint);
  return unknown(span);
}

typed::ExpressionPtr Checker::tuple(const ast::Tuple& node, Span span) {
  typed::Expressions elements;
  std::vector<Type> types;
  for (const ast::ExpressionPtr& source : node.elements) {
    elements.push_back(value(*source));
    if (elements.back()->type.is_none()) return unknown(span);
    types.push_back(elements.back()->type);
  }
  Type type = tuple_type(types);
  if (type.size > kMostValue) {
    report(DiagnosticId::scratch_too_large, span, "this tuple takes", std::to_string(type.size),
           std::to_string(kMostValue));
    return unknown(span);
  }
  return typed::make_expression(span, std::move(type), typed::TupleOf{std::move(elements)});
}

typed::ExpressionPtr Checker::element(const ast::Member& node, Span span, ExpressionPtr tuple) {
  const size_t count = tuple->type.elements.size();
  auto index = parse_integer(node.name);
  if (!index || index->value >= count) {
    report(DiagnosticId::unknown_field, node.name_span, spelling(tuple->type), node.name,
           "its elements are `.0` to `." + std::to_string(count - 1) + "`");
    return unknown(span);
  }
  const Type type = tuple->type.elements[index->value];
  const uint32_t offset = element_offsets(tuple->type)[index->value];
  return typed::make_expression(span, type, typed::Part{std::move(tuple), offset, {}});
}

typed::ExpressionPtr Checker::parameter(const ast::Parameter& node, Span span) {
  const Parameters& given = context_.options.parameters;
  if (node.index > given.size()) {
    report(DiagnosticId::parameter_missing, span, "$" + std::to_string(node.index),
           std::to_string(given.size()) +
               (given.size() == 1 ? " parameter was given" : " parameters were given"));
    return literal(span, 0);
  }
  const std::string& text = given[node.index - 1];
  const bool negative = text.starts_with('-');
  auto integer = parse_integer(std::string_view(text).substr(negative), LiteralOrigin::text);
  if (!integer || (negative && integer->value > uint64_t{1} << 63)) return text_value(span, text);
  if (!negative) return literal(span, integer->value);
  return signed_constant(span, static_cast<int64_t>(-integer->value));
}

typed::ExpressionPtr Checker::variable(const ast::Variable& node, Span span) {
  auto id = find_variable(node.name);
  const Type type = id ? read_type(variable_type(*id)) : Type();
  if (!type.is_none()) {
    if (!variables_[*id].is_assigned && loops_ == 0)
      report(DiagnosticId::variable_not_yet_assigned, span, "$" + node.name);
    ExpressionPtr read = typed::make_expression(span, type, typed::VariableRead{*id});
    return variable_facts(*id).is_fixed ? convert(std::move(read), variable_type(*id)) : std::move(read);
  }
  // If it was given a value without a type, that has been said already.
  if (id && variable_facts(*id).is_assigned) return unknown(span);
  report_undefined(node.name, span);
  if (id) variables_[*id].is_assigned = true; // one message is enough
  return unknown(span);
}

typed::ExpressionPtr Checker::unary(const ast::Unary& node, Span span) {
  ExpressionPtr operand = value(*node.operand);
  if (operand->type.is_none()) return operand;
  const bool not_number = !operand->type.is_scalar() ||
                          (operand->type.kind == TypeKind::pointer && node.op != UnaryOperator::logical_not);
  if (not_number) {
    report(DiagnosticId::bad_operand, span, trc::spelling(node.op), with_article(operand->type), "");
    return unknown(span);
  }
  if (const typed::Constant* known = as_constant(*operand)) {
    switch (node.op) {
    case UnaryOperator::logical_not: return boolean(span, known->bits == 0);
    case UnaryOperator::bit_not: return constant(span, integer_type(8, false), ~known->bits);
    default:
      if (operand->type.is_signed ? known->bits == uint64_t{1} << 63 : known->bits > uint64_t{1} << 63) {
        report(DiagnosticId::constant_overflow, span);
        return unknown(span);
      }
      return signed_constant(span, static_cast<int64_t>(-known->bits));
    }
  }
  Type type = bool_type();
  if (node.op == UnaryOperator::logical_not)
    operand = convert(std::move(operand), bool_type());
  else
    type = integer_type(8, node.op == UnaryOperator::negate);
  return typed::make_expression(span, type, typed::Unary{node.op, std::move(operand)});
}

/// A pointer moves by elements, so one to something large or unknown can't be stepped in place.
bool Checker::can_step(UnaryOperator op, Span span, const Type& type) {
  if (type.kind != TypeKind::pointer || (!type.elements.empty() && type.elements.front().size == 1))
    return true;
  report(DiagnosticId::bad_operand, span, trc::spelling(op), with_article(type), "");
  return false;
}

typed::ExpressionPtr Checker::step(const ast::Unary& node, Span span) {
  const bool down = node.op == UnaryOperator::pre_decrement || node.op == UnaryOperator::post_decrement;
  Type by = integer_type(1, true);
  if (!down) by.is_flexible = true;
  if (auto* target = std::get_if<ast::Variable>(&node.operand->node)) {
    auto id = find_variable(target->name);
    if (id) variable_facts(*id).is_assigned = variables_[*id].is_assigned = true;
    ExpressionPtr read = variable(*target, node.operand->span);
    if (!can_step(node.op, span, read->type)) return unknown(span);
    if (id && variable_facts(*id).is_fixed) by = variable_type(*id);
    if (!id || !widen(variable_type(*id), by, "$" + target->name, span)) return unknown(span);
    return typed::make_expression(span, read_type(variable_type(*id)), typed::VariableStep{node.op, *id});
  }
  const auto& target = std::get<ast::Map>(node.operand->node);
  auto where = access(target, node.operand->span);
  if (!where) return unknown(span);
  MapFacts& map = facts(where->map);
  map.is_assigned = true;
  if (!can_step(node.op, span, map.value)) return unknown(span);
  if (!widen(map.value, by, map.name, span)) return unknown(span);
  return typed::make_expression(span, read_type(map.value), typed::MapStep{node.op, std::move(*where)});
}

typed::ExpressionPtr Checker::elvis(Span span, ExpressionPtr test, ExpressionPtr otherwise) {
  auto joined = join_choices(span, test->type, otherwise->type);
  if (!joined) return unknown(span);
  if (const typed::Constant* known = as_constant(*test))
    return convert(std::move(known->bits ? test : otherwise), *joined);
  otherwise = convert(std::move(otherwise), *joined);
  return typed::make_expression(span, *joined,
                                typed::Ternary{std::move(test), nullptr, std::move(otherwise)});
}

/// The type of a choice between two values; nothing if there is none, which is said then.
std::optional<Type> Checker::join_choices(Span span, const Type& then, const Type& otherwise) {
  if (then.is_none() || otherwise.is_none()) return {};
  Joined joined = join_types(then, otherwise);
  if (joined.fit == Fit::bad) {
    report(DiagnosticId::bad_operands, span, "?:", with_article(then), with_article(otherwise),
           "both values must be of one type");
    return {};
  }
  if (joined.fit == Fit::sign_lost) report(DiagnosticId::sign_lost, span, "?:");
  return joined.type;
}

typed::ExpressionPtr Checker::ternary(const ast::Ternary& node, Span span) {
  // `a ?: b` is `a ? a : b`, but for what working out `a` does.
  ExpressionPtr test = node.then ? condition(*node.condition) : value(*node.condition);
  if (!node.then && !test->type.is_none() && !test->type.is_scalar()) test = condition(*node.condition);
  ExpressionPtr then = node.then ? value(*node.then) : nullptr;
  ExpressionPtr otherwise = value(*node.otherwise);
  if (!then) return elvis(span, std::move(test), std::move(otherwise));
  auto joined = join_choices(span, then->type, otherwise->type);
  if (!joined) return unknown(span);
  if (const typed::Constant* known = as_constant(*test))
    return convert(std::move(known->bits ? then : otherwise), *joined);
  then = convert(std::move(then), *joined);
  otherwise = convert(std::move(otherwise), *joined);
  return typed::make_expression(span, *joined,
                                typed::Ternary{std::move(test), std::move(then), std::move(otherwise)});
}

} // namespace trc
