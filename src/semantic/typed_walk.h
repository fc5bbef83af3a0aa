// Asks something of an expression or statement and all that it is made of.
#pragma once

#include <type_traits>

#include "base/overloaded.h"
#include "semantic/typed_program.h"

namespace trc::typed {

template<class Predicate> bool any_of(const Block& block, const Predicate& holds);

/// Whether `holds` is true of the expression or of any below it, in statements too.
template<class Predicate> bool any_of(const Expression& expression, const Predicate& holds) {
  if (holds(expression)) return true;
  auto any = [&](const auto&... children) { return ((children && any_of(*children, holds)) || ...); };
  auto any_in = [&](const Expressions& children) {
    for (const ExpressionPtr& child : children)
      if (any_of(*child, holds)) return true;
    return false;
  };
  return std::visit(overloaded{[&](const MapRead& n) { return any(n.access.key); },
                               [&](const AggregationRead& n) { return any(n.access.key); },
                               [&](const TupleOf& n) { return any_in(n.elements); },
                               [&](const Part& n) { return any(n.whole); },
                               [&](const Dereference& n) { return any(n.pointer); },
                               [&](const ArrayElement& n) { return any(n.array, n.index); },
                               [&](const FunctionCall& n) { return any_in(n.arguments); },
                               [&](const BlockValue& n) { return any_of(n.block, holds) || any(n.value); },
                               [&](const Unary& n) { return any(n.operand); },
                               [&](const Binary& n) { return any(n.left, n.right); },
                               [&](const Ternary& n) { return any(n.condition, n.then, n.otherwise); },
                               [&](const MapStep& n) { return any(n.access.key); },
                               [&](const Convert& n) { return any(n.operand); },
                               [&](const Call& n) { return any(n.access.key) || any_in(n.arguments); },
                               [](const auto&) { return false; }},
                    expression.node);
}

/// `holds` is asked of expressions and, if it takes them, of statements.
template<class Predicate> bool any_of(const Statement& statement, const Predicate& holds) {
  if constexpr (std::is_invocable_v<const Predicate&, const Statement&>)
    if (holds(statement)) return true;
  auto any = [&](const auto&... children) { return ((children && any_of(*children, holds)) || ...); };
  auto block = [&](const Block& inner) { return any_of(inner, holds); };
  return std::visit(
      overloaded{[&](const Evaluate& n) { return any(n.expression); },
                 [&](const AssignVariable& n) { return any(n.value); },
                 [&](const AssignMap& n) { return any(n.access.key, n.value); },
                 [&](const UpdateMap& n) { return any(n.access.key, n.value); },
                 [&](const If& n) { return any(n.condition) || block(n.then) || block(n.otherwise); },
                 [&](const Nested& n) { return block(n.block); },
                 [&](const While& n) { return any(n.condition) || block(n.body); },
                 [&](const Unroll& n) { return block(n.body); },
                 [&](const ForRange& n) { return any(n.from, n.to) || block(n.body); },
                 [&](const ForMap& n) { return block(n.body); },
                 [&](const Return& n) { return any(n.value); }, [](const auto&) { return false; }},
      statement.node);
}

template<class Predicate> bool any_of(const Block& block, const Predicate& holds) {
  for (const Statement& statement : block)
    if (any_of(statement, holds)) return true;
  return false;
}

inline bool reads_variable(const Expression& expression, VariableId variable) {
  return any_of(expression, [&](const Expression& e) {
    auto* read = std::get_if<VariableRead>(&e.node);
    return read && read->variable == variable;
  });
}

/// Whether working it out changes anything.
inline bool has_effect(const Expression& expression) {
  return any_of(expression, [](const Expression& e) {
    auto* call = std::get_if<Call>(&e.node);
    return std::holds_alternative<VariableStep>(e.node) || std::holds_alternative<MapStep>(e.node) ||
           std::holds_alternative<BlockValue>(e.node) || std::holds_alternative<FunctionCall>(e.node) ||
           (call && (call->id == BuiltinId::delete_key || call->id == BuiltinId::find ||
                     call->id == BuiltinId::skboutput || call->id == BuiltinId::write_user));
  });
}

} // namespace trc::typed
