// Visits every expression of a part of the tree, outer ones first. For questions about what a script uses.
#pragma once

#include "base/overloaded.h"
#include "parser/ast.h"

namespace trc::ast {

template<class Visit> void walk(const Block& block, const Visit& visit);
template<class Visit> void walk(const Subject& subject, const Visit& visit);

/// The expression of a `typeof` in it.
template<class Visit> void walk(const TypeNamePtr& type, const Visit& visit) {
  if (type && type->of) walk(*type->of, visit);
}

template<class Visit> void walk(const ExpressionPtr& expression, const Visit& visit) {
  if (!expression) return;
  visit(*expression);
  auto into = [&](const auto&... children) { (walk(children, visit), ...); };
  auto into_all = [&](const std::vector<ExpressionPtr>& children) {
    for (const ExpressionPtr& child : children)
      walk(child, visit);
  };
  std::visit(
      overloaded{[&](const Map& n) { into_all(n.keys); }, [&](const Unary& n) { into(n.operand); },
                 [&](const Binary& n) { into(n.left, n.right); },
                 [&](const Ternary& n) { into(n.condition, n.then, n.otherwise); },
                 [&](const Call& n) { into_all(n.arguments); }, [&](const Tuple& n) { into_all(n.elements); },
                 [&](const Record& n) { into_all(n.values); }, [&](const Member& n) { into(n.base); },
                 [&](const Index& n) { into(n.base, n.index); },
                 [&](const Cast& n) {
                   walk(n.type, visit);
                   into(n.operand);
                 },
                 [&](const AddressOf& n) { into(n.operand); }, [&](const SizeOf& n) { walk(n.of, visit); },
                 [&](const OffsetOf& n) { walk(n.of, visit); }, [&](const TypeInfo& n) { walk(n.of, visit); },
                 [&](const TypeOf& n) { walk(n.of, visit); }, [&](const Comptime& n) { into(n.operand); },
                 [&](const If& n) {
                   into(n.condition);
                   walk(n.then, visit);
                   if (n.otherwise) walk(*n.otherwise, visit);
                 },
                 [&](const BlockExpression& n) { walk(n.block, visit); }, [](const auto&) {}},
      expression->node);
}

template<class Visit> void walk(const Subject& subject, const Visit& visit) {
  walk(subject.type, visit);
  walk(subject.expression, visit);
}

template<class Visit> void walk(const Statement& statement, const Visit& visit) {
  std::visit(overloaded{[&](const Evaluate& n) { walk(n.expression, visit); },
                        [&](const Discard& n) { walk(n.expression, visit); },
                        [&](const Assign& n) { walk(n.target, visit), walk(n.value, visit); },
                        [&](const Let& n) { walk(n.type, visit), walk(n.value, visit); },
                        [&](const While& n) { walk(n.condition, visit), walk(n.body, visit); },
                        [&](const Unroll& n) { walk(n.count, visit), walk(n.body, visit); },
                        [&](const For& n) {
                          walk(n.from, visit), walk(n.to, visit);
                          walk(n.body, visit);
                        },
                        [&](const Return& n) { walk(n.value, visit); }, [](const auto&) {}},
             statement.node);
}

template<class Visit> void walk(const Block& block, const Visit& visit) {
  for (const StatementPtr& statement : block.statements)
    walk(*statement, visit);
  walk(block.value, visit);
}

} // namespace trc::ast
