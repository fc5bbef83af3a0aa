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
using Block = WithDepth<ast::Block>;
using Record = WithDepth<ast::Record>;
using Type = WithDepth<ast::TypeNamePtr>;
using Subject = WithDepth<ast::Subject>;
using ast::Spelled;

struct Statements : WithDepth<std::vector<ast::StatementPtr>> {
  ast::ExpressionPtr last; ///< an expression without `;`: the block's value
  bool ends_open = false;  ///< the last statement is an `if` or block, so it may be the value
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
  /// An element of a map, or of anything else
  Expression index(Expression base, Expressions keys, Span end);
  Expression call(Spelled function, Expressions arguments, Span end);
  Expression member(Expression base, Spelled field, bool arrow);
  Expression unary(UnaryOperator op, Span op_span, Expression operand);
  /// `++` and `--`
  Expression step(UnaryOperator op, Span op_span, Expression operand);
  Expression binary(BinaryOperator op, Span op_span, Expression left, Expression right);
  /// `then` without a value: `condition ?: otherwise`
  Expression ternary(Expression condition, Expression then, Expression otherwise);
  Expression address_of(Span op_span, Expression operand);
  Expression cast(Span open, Type type, Expression operand);
  Expression comptime(Span keyword, Expression operand);
  Expression negative(Span span, IntegerLiteral literal);
  Expression tuple(Span span, Expressions elements);
  Expression record(Span span, Record fields);
  Record append(Record fields, Spelled name, Expression value);
  Expression if_else(Span keyword, Expression condition, Block then, std::optional<Block> otherwise);
  Expression block_value(Block block);
  /// The block that `else if` stands for.
  Block block_of(Expression choice);
  Expression parenthesised(Span open, Expression inner, Span close);
  Expressions append(Expressions list, Expression element);

  // Types
  Subject subject(Expression expression);
  Subject subject(Type type);
  template<class Node> Expression of_subject(Span span, Subject subject) {
    const uint32_t depth = subject.depth + 1;
    return branch(span, Node{std::move(subject.value)}, depth);
  }
  Expression offset_of(Span span, Subject subject, std::vector<Spelled> path);
  Type type(Spelled word);
  Type type_of(Span span, Subject subject);
  /// A further word: `unsigned` `long`
  /// `struct foo` where a value could stand, too: what begins with another word is a mistake.
  Type tagged(Spelled tag, Spelled name);
  Type word(Type type, Spelled word);
  Type pointer(Type type, Span star);
  Type array(Type type, std::optional<uint64_t> count, Span end);

  // Statements
  template<class Node> Statement simple(Span span, Node node) {
    return {ast::make_statement(span, std::move(node)), 1};
  }
  Statement evaluate(Expression expression);
  /// An `if` or a block as a statement
  Statement compound(Expression expression) { return evaluate(std::move(expression)); }
  Statement assign(Expression target, std::optional<BinaryOperator> op, Expression value);
  Statement let(Span keyword, Spelled variable, Type type, Expression value);
  Statement leave(Span keyword, Expression value);
  Statement while_loop(Span keyword, Expression condition, Block body);
  Statement unroll(Span keyword, Expression count, Block body);
  /// Over a map if there is no `to`
  Statement for_loop(Span keyword, Spelled variable, Expression from, Expression to, Block body);
  Statements append(Statements list, Statement statement);
  Statements with_value(Statements list, Expression value);
  Block block(Span open, Statements statements, Span close);

  // Outermost
  ast::MapDeclaration map_declaration(Span span, Spelled map, Spelled kind, Expression entries);
  ast::Macro macro(ast::Macro head, Block body);
  ast::Function function(ast::Function head, Block body);
  ast::Probe probe(ProbeHead head, Block body);
  /// A `}` where a body that began with `<` should end with `>`.
  void wrong_closing(Span closing);

private:
  template<class Node> Expression branch(Span span, Node node, uint32_t depth) {
    if (is_too_deep(span, depth)) return leaf(span, ast::Integer{});
    return {ast::make_expression(span, std::move(node)), depth};
  }
  template<class Node> Statement statement(Span span, Node node, uint32_t depth);
  template<class... Arguments> void report(DiagnosticId id, Span span, Arguments&&... arguments);
  Type with_suffix(Type type, std::variant<ast::TypeName::Pointer, ast::TypeName::Array> suffix);
  bool is_too_deep(Span span, uint32_t depth);
  std::string code(Span span) const;

  const Sources& sources_;
  Diagnostics& diagnostics_;
  size_t reported_ = 0;
  bool depth_reported_ = false;
};

} // namespace trc::parser
