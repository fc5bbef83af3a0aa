// Asks something of an expression and all that it is made of.
#pragma once

#include "base/overloaded.h"
#include "semantic/typed_program.h"

namespace trc::typed {

/// Whether `holds` is true of the expression or of any below it.
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
                               [&](const Unary& n) { return any(n.operand); },
                               [&](const Binary& n) { return any(n.left, n.right); },
                               [&](const Ternary& n) { return any(n.condition, n.then, n.otherwise); },
                               [&](const MapStep& n) { return any(n.access.key); },
                               [&](const Convert& n) { return any(n.operand); },
                               [&](const Call& n) { return any(n.access.key) || any_in(n.arguments); },
                               [](const auto&) { return false; }},
                    expression.node);
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
           (call && call->id == BuiltinId::delete_key);
  });
}

} // namespace trc::typed
