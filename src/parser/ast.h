// What was written, as a tree: no types, no kernel facts, no meaning of names. It is built once by the
// parser's actions and never changed afterwards.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source.h"
#include "lang/literal.h"
#include "lang/operators.h"

namespace trc::ast {

struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;
using StatementPtr = std::unique_ptr<Statement>;

// ---- expressions

struct Integer {
  IntegerLiteral literal;
};
/// escapes resolved; may hold NUL bytes
struct String {
  std::string value;
};
struct Boolean {
  bool value;
};
/// A bare name: `pid`, `comm`. What it means is decided by the semantic stage.
struct Name {
  std::string name;
};
/// `$x`, name without the `$`
struct Variable {
  std::string name;
};
/// `@x`, `@x[a, b]`; name with the `@`
struct Map {
  std::string name;
  std::vector<ExpressionPtr> keys;
};
/// `$1`
struct Parameter {
  uint32_t index;
};
struct ParameterCount {}; ///< `$#`
struct Unary {
  UnaryOperator op;
  ExpressionPtr operand;
};
struct Binary {
  BinaryOperator op;
  Span op_span;
  ExpressionPtr left, right;
};
/// `a ? b : c`; without `then` it is `a ?: c`
struct Ternary {
  ExpressionPtr condition, then, otherwise;
};
struct Call {
  std::string name;
  Span name_span;
  std::vector<ExpressionPtr> arguments;
};
/// `(a, b)`, `(a,)`
struct Tuple {
  std::vector<ExpressionPtr> elements;
};
/// `args.field`, `p->field`; `t.0` is an element of a tuple
struct Member {
  ExpressionPtr base;
  std::string name;
  Span name_span;
  bool arrow;
};

struct Expression {
  Span span;
  std::variant<Integer, String, Boolean, Name, Variable, Map, Parameter, ParameterCount, Unary, Binary,
               Ternary, Call, Tuple, Member>
      node;
};

// ---- statements

struct Block {
  Span span; ///< with its braces
  std::vector<StatementPtr> statements;
};

/// a call, `@x++`, or an expression whose value is dropped
struct Evaluate {
  ExpressionPtr expression;
};
/// `_ = e;`
struct Discard {
  ExpressionPtr expression;
};
/// `target = e;` or with a binary operator `target op= e;`. The target is a Variable or a Map.
struct Assign {
  ExpressionPtr target;
  std::optional<BinaryOperator> op;
  ExpressionPtr value;
};
/// value may be null
struct Let {
  std::string name;
  Span name_span;
  ExpressionPtr value;
};
/// `else if` nests
struct If {
  ExpressionPtr condition;
  Block then;
  std::optional<Block> otherwise;
};
struct Nested {
  Block block;
};
struct Return {};

struct Statement {
  Span span;
  std::variant<Evaluate, Discard, Assign, Let, If, Nested, Return> node;
};

// ---- probes

/// The raw text of one attach point; its provider reads it (probes/attach_point.h).
struct AttachPoint {
  Span span;
  std::string text;
};

struct Probe {
  Span span;
  std::vector<AttachPoint> attach_points;
  ExpressionPtr predicate; ///< may be null
  Block body;
};

struct Program {
  std::vector<Probe> probes;
};

template<class Node> ExpressionPtr make_expression(Span span, Node node) {
  return std::make_unique<Expression>(Expression{span, std::move(node)});
}
template<class Node> StatementPtr make_statement(Span span, Node node) {
  return std::make_unique<Statement>(Statement{span, std::move(node)});
}

} // namespace trc::ast
