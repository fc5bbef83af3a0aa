// The nodes of the tree, from the values on the parser's stack.
#include "parser/builder.h"

#include <algorithm>

#include "lexer/lexer.h"

namespace trc::parser {
namespace {

uint32_t deeper(const auto&... parts) { return std::max({parts.depth...}) + 1; }

bool is_target(const ast::Expression& expression) {
  return std::holds_alternative<ast::Variable>(expression.node) ||
         std::holds_alternative<ast::Map>(expression.node);
}

} // namespace

std::string Builder::code(Span span) const { return printable(sources_.slice(span)); }

/// One token can set off any number of reductions, so the lexer's limit alone does not hold here.
template<class... Arguments> void Builder::report(DiagnosticId id, Span span, Arguments&&... arguments) {
  if (++reported_ <= kMostErrors) diagnostics_.report(id, span, std::forward<Arguments>(arguments)...);
}

bool Builder::is_too_deep(Span span, uint32_t depth) {
  if (depth <= kMaxDepth) return false;
  // Once is enough: the tree starts anew above the place, and may well grow too deep again.
  if (!depth_reported_)
    report(DiagnosticId::nested_too_deeply, Span{span.begin, span.begin + 1}, std::to_string(kMaxDepth));
  depth_reported_ = true;
  return true;
}

template<class Node> Expression Builder::branch(Span span, Node node, uint32_t depth) {
  if (is_too_deep(span, depth)) return leaf(span, ast::Integer{});
  return {ast::make_expression(span, std::move(node)), depth};
}

template<class Node> Statement Builder::statement(Span span, Node node, uint32_t depth) {
  if (is_too_deep(span, depth)) return {};
  return {ast::make_statement(span, std::move(node)), depth};
}

// ---- expressions

Expression Builder::map(Span span, std::string name, Expressions keys) {
  uint32_t depth = deeper(keys);
  return branch(span, ast::Map{std::move(name), std::move(keys.value)}, depth);
}

Expression Builder::call(Spelled function, Expressions arguments, Span end) {
  uint32_t depth = deeper(arguments);
  return branch(join(function.span, end),
                ast::Call{std::move(function.name), function.span, std::move(arguments.value)}, depth);
}

Expression Builder::member(Expression base, Spelled field, bool arrow) {
  uint32_t depth = deeper(base);
  Span span = join(base.value->span, field.span);
  return branch(span, ast::Member{std::move(base.value), std::move(field.name), field.span, arrow}, depth);
}

Expression Builder::unary(UnaryOperator op, Span op_span, Expression operand) {
  uint32_t depth = deeper(operand);
  Span span = join(op_span, operand.value->span);
  return branch(span, ast::Unary{op, std::move(operand.value)}, depth);
}

Expression Builder::step(UnaryOperator op, Span op_span, Expression operand) {
  if (!is_target(*operand.value))
    report(DiagnosticId::bad_step, operand.value->span, spelling(op), code(operand.value->span));
  return unary(op, op_span, std::move(operand));
}

Expression Builder::binary(BinaryOperator op, Span op_span, Expression left, Expression right) {
  uint32_t depth = deeper(left, right);
  Span span = join(left.value->span, right.value->span);
  return branch(span, ast::Binary{op, op_span, std::move(left.value), std::move(right.value)}, depth);
}

Expression Builder::ternary(Expression condition, Expression then, Expression otherwise) {
  uint32_t depth = deeper(condition, then, otherwise);
  Span span = join(condition.value->span, otherwise.value->span);
  return branch(span,
                ast::Ternary{std::move(condition.value), std::move(then.value), std::move(otherwise.value)},
                depth);
}

Expression Builder::tuple(Span span, Expressions elements) {
  const uint32_t depth = elements.depth + 1;
  return branch(span, ast::Tuple{std::move(elements.value)}, depth);
}

Expression Builder::parenthesised(Span open, Expression inner, Span close) {
  inner.value->span = join(open, close);
  return inner;
}

Expressions Builder::append(Expressions list, Expression element) {
  list.depth = std::max(list.depth, element.depth);
  list.value.push_back(std::move(element.value));
  return list;
}

// ---- statements

Statement Builder::evaluate(Expression expression) {
  uint32_t depth = deeper(expression);
  Span span = expression.value->span;
  return statement(span, ast::Evaluate{std::move(expression.value)}, depth);
}

Statement Builder::assign(Expression target, std::optional<BinaryOperator> op, Expression value) {
  uint32_t depth = deeper(target, value);
  Span span = join(target.value->span, value.value->span);
  const auto* name = std::get_if<ast::Name>(&target.value->node);
  if (name != nullptr && name->name == "_" && !op)
    return statement(span, ast::Discard{std::move(value.value)}, depth);
  if (!is_target(*target.value)) {
    const bool is_member = std::holds_alternative<ast::Member>(target.value->node);
    report(is_member ? DiagnosticId::field_not_assignable : DiagnosticId::not_assignable, target.value->span,
           code(target.value->span));
    return {};
  }
  return statement(span, ast::Assign{std::move(target.value), op, std::move(value.value)}, depth);
}

Statement Builder::let(Span keyword, Spelled variable, Expression value) {
  uint32_t depth = deeper(value);
  Span span = join(keyword, value.value ? value.value->span : variable.span);
  return statement(span, ast::Let{std::move(variable.name), variable.span, nullptr, std::move(value.value)},
                   depth);
}

Statement Builder::if_else(Span keyword, Expression condition, Block then, std::optional<Block> otherwise) {
  uint32_t depth = std::max(deeper(condition, then), otherwise ? otherwise->depth + 1 : 0);
  Span span = join(keyword, otherwise ? otherwise->value.span : then.value.span);
  ast::If node = {std::move(condition.value), std::move(then.value), {}};
  if (otherwise) node.otherwise = std::move(otherwise->value);
  return statement(span, ast::Evaluate{ast::make_expression(span, std::move(node))}, depth);
}

Statement Builder::nested(Block block) {
  uint32_t depth = deeper(block);
  Span span = block.value.span;
  return statement(
      span, ast::Evaluate{ast::make_expression(span, ast::BlockExpression{std::move(block.value)})}, depth);
}

Statement Builder::leave(Span keyword) { return {ast::make_statement(keyword, ast::Return{nullptr}), 1}; }

Statements Builder::append(Statements list, Statement statement) {
  list.depth = std::max(list.depth, statement.depth);
  if (statement.value) list.value.push_back(std::move(statement.value));
  return list;
}

Block Builder::block(Span open, Statements statements, Span close) {
  return {{join(open, close), std::move(statements.value), nullptr}, statements.depth};
}

Block Builder::block_of(Statement statement) {
  Block block;
  block.depth = statement.depth;
  if (!statement.value) return block;
  block.value.span = statement.value->span;
  block.value.statements.push_back(std::move(statement.value));
  return block;
}

// ---- probes

ast::Probe Builder::probe(ProbeHead head, Block body) {
  Span begin = body.value.span;
  if (head.predicate.value) begin = join(head.predicate.value->span, begin);
  if (head.is_complete && head.attach_points.empty())
    report(DiagnosticId::missing_attach_point, Span{begin.begin, begin.begin + 1});
  if (!head.attach_points.empty()) begin = head.attach_points.front().span;
  return {join(begin, body.value.span), std::move(head.attach_points), std::move(head.predicate.value),
          std::move(body.value)};
}

void Builder::wrong_closing(Span closing) { report(DiagnosticId::wrong_closing, closing, "}", "<", ">"); }

} // namespace trc::parser
