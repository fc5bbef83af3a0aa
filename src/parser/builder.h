// What the grammar's actions call: makes the nodes of the tree and checks what the grammar alone can't say
// (what can be assigned to). The values that travel on the parser's stack carry the depth of their tree, so
// that no script can make it deeper than the recursive functions of later stages bear.
#pragma once

#include "base/diagnostic.h"
#include "parser/ast.h"

namespace trc::parser {

/// Deep enough for generated code, shallow enough for any stack.
inline constexpr uint32_t kMaxDepth = 500;

template<class T> struct WithDepth {
  T value{};
  uint32_t depth = 0;
};

using Expression = WithDepth<ast::ExpressionPtr>;
using Expressions = WithDepth<std::vector<ast::ExpressionPtr>>;
using Statement = WithDepth<ast::StatementPtr>; ///< null: an empty statement, or one with a mistake
using Statements = WithDepth<std::vector<ast::StatementPtr>>;
using Block = WithDepth<ast::Block>;

/// A name with its place.
struct Spelled {
  std::string name;
  Span span;
};

/// What stands before a probe's body.
struct ProbeHead {
  std::vector<ast::AttachPoint> attach_points;
  Expression predicate;
  bool is_complete = false; ///< false: a mistake in it was reported
};

class Builder {
public:
  Builder(const Sources& sources, Diagnostics& diagnostics) : sources_(sources), diagnostics_(diagnostics) {}

  // Expressions
  template<class Node> Expression leaf(Span span, Node node) {
    return {ast::make_expression(span, std::move(node)), 1};
  }
  Expression map(Span span, std::string name, Expressions keys);
  Expression call(Spelled function, Expressions arguments, Span end);
  Expression member(Expression base, Spelled field, bool arrow);
  Expression unary(UnaryOperator op, Span op_span, Expression operand);
  /// `++` and `--`
  Expression step(UnaryOperator op, Span op_span, Expression operand);
  Expression binary(BinaryOperator op, Span op_span, Expression left, Expression right);
  /// `then` without a value: `condition ?: otherwise`
  Expression ternary(Expression condition, Expression then, Expression otherwise);
  Expression tuple(Span span, Expressions elements);
  Expression parenthesised(Span open, Expression inner, Span close);
  Expressions append(Expressions list, Expression element);

  // Statements
  Statement evaluate(Expression expression);
  Statement assign(Expression target, std::optional<BinaryOperator> op, Expression value);
  Statement let(Span keyword, Spelled variable, Expression value);
  Statement if_else(Span keyword, Expression condition, Block then, std::optional<Block> otherwise);
  Statement nested(Block block);
  Statement leave(Span keyword);
  Statements append(Statements list, Statement statement);
  Block block(Span open, Statements statements, Span close);
  /// The block that `else if` stands for.
  Block block_of(Statement statement);

  // Probes
  ast::Probe probe(ProbeHead head, Block body);
  /// A `}` where a body that began with `<` should end with `>`.
  void wrong_closing(Span closing);

private:
  template<class Node> Expression branch(Span span, Node node, uint32_t depth);
  template<class Node> Statement statement(Span span, Node node, uint32_t depth);
  template<class... Arguments> void report(DiagnosticId id, Span span, Arguments&&... arguments);
  bool is_too_deep(Span span, uint32_t depth);
  std::string code(Span span) const;

  const Sources& sources_;
  Diagnostics& diagnostics_;
  size_t reported_ = 0;
  bool depth_reported_ = false;
};

} // namespace trc::parser
