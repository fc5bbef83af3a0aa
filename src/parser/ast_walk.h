// Visits every expression of a part of the tree, outer ones first. For questions about what a script uses.
#pragma once

#include "base/overloaded.h"
#include "parser/ast.h"

namespace trc::ast {

template<class Visit> void walk(const Block& block, const Visit& visit);

template<class Visit> void walk(const ExpressionPtr& expression, const Visit& visit) {
  if (!expression) return;
  visit(*expression);
  auto into = [&](const auto&... children) { (walk(children, visit), ...); };
  auto into_all = [&](const std::vector<ExpressionPtr>& children) {
    for (const ExpressionPtr& child : children)
      walk(child, visit);
  };
  std::visit(overloaded{[&](const Map& n) { into_all(n.keys); }, [&](const Unary& n) { into(n.operand); },
                        [&](const Binary& n) { into(n.left, n.right); },
                        [&](const Ternary& n) { into(n.condition, n.then, n.otherwise); },
                        [&](const Call& n) { into_all(n.arguments); },
                        [&](const Tuple& n) { into_all(n.elements); }, [&](const Member& n) { into(n.base); },
                        [](const auto&) {}},
             expression->node);
}

template<class Visit> void walk(const Statement& statement, const Visit& visit) {
  std::visit(overloaded{[&](const Evaluate& n) { walk(n.expression, visit); },
                        [&](const Discard& n) { walk(n.expression, visit); },
                        [&](const Assign& n) { walk(n.target, visit), walk(n.value, visit); },
                        [&](const Let& n) { walk(n.value, visit); },
                        [&](const If& n) {
                          walk(n.condition, visit);
                          walk(n.then, visit);
                          if (n.otherwise) walk(*n.otherwise, visit);
                        },
                        [&](const Nested& n) { walk(n.block, visit); }, [](const Return&) {}},
             statement.node);
}

template<class Visit> void walk(const Block& block, const Visit& visit) {
  for (const StatementPtr& statement : block.statements)
    walk(*statement, visit);
}

} // namespace trc::ast
