// Expressions but for binary operators, maps and calls.
#include <algorithm>

#include "base/overloaded.h"
#include "lang/planned.h"
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/limits.h"

namespace trc {

typed::ExpressionPtr Checker::expression(const ast::Expression& source) {
  const Span span = use_.value_or(source.span);
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
          [&](const ast::Record& n) { return record(n, span); },
          [&](const ast::Member& n) { return member(n, span); },
          [&](const ast::If& n) { return if_value(n, span, false); },
          [&](const ast::BlockExpression& n) { return block_value(n.block); },
          [&](const ast::Comptime& n) { return comptime(n, span); },
          [&](const ast::TypeOf&) {
            report(DiagnosticId::type_misplaced, span);
            return unknown(span);
          },
          [&](const ast::Index& n) { return index(n, span); },
          [&](const ast::Cast& n) { return cast(n, span); },
          [&](const ast::AddressOf& n) { return address_of(n, span); },
          [&](const ast::SizeOf& n) { return size_of(n, span); },
          [&](const ast::OffsetOf& n) { return offset_of(n, span); },
          [&](const ast::TypeInfo& n) { return type_info(n, span); },
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
  if (node.name == "args") return arguments(span);
  if (ExpressionPtr argument = positional_argument(node.name, span)) return argument;
  const Builtin* row = find_builtin(node.name);
  if (!row) {
    if (ExpressionPtr constant = c_name(node, span)) return constant;
    std::vector<std::string> known = {"args"};
    for (const Builtin& builtin : builtins())
      if (builtin.kind == BuiltinKind::value) known.emplace_back(builtin.name);
    for (std::string& name : types().names(TypeSource::NameKind::constant))
      known.push_back(std::move(name));
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

typed::ExpressionPtr Checker::tuple(const ast::Tuple& node, Span span) {
  typed::Expressions elements;
  std::vector<Type> types;
  for (const ast::ExpressionPtr& source : node.elements) {
    elements.push_back(value(*source));
    if (elements.back()->type.is_none()) return unknown(span);
    types.push_back(elements.back()->type);
  }
  return tuple_of(tuple_type(std::move(types)), std::move(elements), span);
}

typed::ExpressionPtr Checker::record(const ast::Record& node, Span span) {
  typed::Expressions elements;
  std::vector<Type> types;
  std::vector<std::string> names;
  for (size_t i = 0; i < node.values.size(); ++i) {
    elements.push_back(value(*node.values[i]));
    if (elements.back()->type.is_none()) return unknown(span);
    types.push_back(elements.back()->type);
    names.push_back(node.names[i].name);
  }
  return tuple_of(record_type(std::move(names), std::move(types)), std::move(elements), span);
}

typed::ExpressionPtr Checker::tuple_of(Type type, typed::Expressions elements, Span span) {
  if (type.size <= kMostValue)
    return typed::make_expression(span, std::move(type), typed::TupleOf{std::move(elements)});
  report(DiagnosticId::scratch_too_large, span, type.is_record() ? "this record takes" : "this tuple takes",
         std::to_string(type.size), std::to_string(kMostValue));
  return unknown(span);
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
  if (node.op == UnaryOperator::dereference) return dereference(span, std::move(operand));
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

/// A pointer moves by elements; one to `void` by bytes.
std::optional<uint32_t> Checker::step_of(UnaryOperator op, Span span, const Type& type) {
  if (!type.is_pointer()) return 1;
  if (const uint32_t size = stride_of(type)) return size;
  report(DiagnosticId::bad_operand, span, trc::spelling(op), with_article(type), "");
  return {};
}

typed::ExpressionPtr Checker::step(const ast::Unary& node, Span span) {
  const bool down = node.op == UnaryOperator::pre_decrement || node.op == UnaryOperator::post_decrement;
  Type by = integer_type(1, true);
  if (!down) by.is_flexible = true;
  if (auto* target = std::get_if<ast::Variable>(&node.operand->node)) {
    auto id = find_variable(target->name);
    if (id) variable_facts(*id).is_assigned = variables_[*id].is_assigned = true;
    ExpressionPtr read = variable(*target, node.operand->span);
    const auto amount = step_of(node.op, span, read->type);
    if (!amount || !id) return unknown(span);
    if (variable_facts(*id).is_fixed) by = variable_type(*id);
    if (!read->type.is_pointer() && !widen(variable_type(*id), by, "$" + target->name, span))
      return unknown(span);
    ExpressionPtr stepped = typed::make_expression(span, read_type(variable_type(*id)),
                                                   typed::VariableStep{node.op, *id, *amount});
    return variable_facts(*id).is_fixed ? convert(std::move(stepped), variable_type(*id))
                                        : std::move(stepped);
  }
  const auto& target = std::get<ast::Map>(node.operand->node);
  auto where = access(target, node.operand->span);
  if (!where) return unknown(span);
  MapFacts& map = facts(where->map);
  map.is_assigned = map.is_counted = true;
  const auto amount = step_of(node.op, span, map.value);
  if (!amount) return unknown(span);
  if (!map.value.is_pointer() && !widen(map.value, by, map.name, span)) return unknown(span);
  return typed::make_expression(span, read_type(map.value),
                                typed::MapStep{node.op, std::move(*where), *amount});
}

typed::ExpressionPtr Checker::elvis(Span span, ExpressionPtr test, ExpressionPtr otherwise) {
  auto joined = join_choices(span, "?:", test->type, otherwise->type);
  if (!joined) return unknown(span);
  if (const typed::Constant* known = as_constant(*test))
    return convert(std::move(known->bits ? test : otherwise), *joined);
  otherwise = convert(std::move(otherwise), *joined);
  return typed::make_expression(span, *joined,
                                typed::Ternary{std::move(test), nullptr, std::move(otherwise)});
}

/// The type of a choice between two values; nothing if there is none, which is said then of `what`.
std::optional<Type> Checker::join_choices(Span span, const char* what, const Type& then,
                                          const Type& otherwise) {
  if (then.is_none() || otherwise.is_none()) return {};
  Joined joined = join_types(then, otherwise);
  if (joined.fit == Fit::bad) {
    report(DiagnosticId::bad_operands, span, what, with_article(then), with_article(otherwise),
           "both values must be of one type");
    return {};
  }
  if (joined.fit == Fit::sign_lost) report(DiagnosticId::sign_lost, span, what);
  return joined.type;
}

typed::ExpressionPtr Checker::ternary(const ast::Ternary& node, Span span) {
  // `a ?: b` is `a ? a : b`, but for what working out `a` does.
  ExpressionPtr test = node.then ? condition(*node.condition) : value(*node.condition);
  if (!node.then && !test->type.is_none() && !test->type.is_scalar()) test = condition(*node.condition);
  ExpressionPtr then = node.then ? value(*node.then) : nullptr;
  ExpressionPtr otherwise = value(*node.otherwise);
  if (!then) return elvis(span, std::move(test), std::move(otherwise));
  auto joined = join_choices(span, "?:", then->type, otherwise->type);
  if (!joined) return unknown(span);
  if (const typed::Constant* known = as_constant(*test))
    return convert(std::move(known->bits ? then : otherwise), *joined);
  then = convert(std::move(then), *joined);
  otherwise = convert(std::move(otherwise), *joined);
  return typed::make_expression(span, *joined,
                                typed::Ternary{std::move(test), std::move(then), std::move(otherwise)});
}

} // namespace trc
