// `if` and blocks, as statements and as values, and what is decided while compiling (`comptime`).
#include "base/check.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

typed::ExpressionPtr Checker::condition(const ast::Expression& source) {
  ExpressionPtr e = value(source);
  if (e->type.is_none() || e->type.is_scalar()) return convert(std::move(e), bool_type());
  report(DiagnosticId::bad_condition, e->span, with_article(e->type));
  return unknown(source.span);
}

Checker::Branch Checker::kept_branch(const ast::If& node, bool is_comptime) {
  const ast::Expression* test = node.condition.get();
  if (auto* marked = std::get_if<ast::Comptime>(&test->node)) {
    is_comptime = true;
    test = marked->operand.get();
  }
  if (!is_comptime) return Branch::both;
  ExpressionPtr known = comptime_value(*test);
  if (known->type.is_none()) return Branch::unknown;
  if (!known->type.is_scalar()) {
    report(DiagnosticId::bad_condition, known->span, with_article(known->type));
    return Branch::unknown;
  }
  return as_constant(*known)->bits ? Branch::then : Branch::otherwise;
}

void Checker::if_statement(const ast::If& node, Span span, bool is_comptime, typed::Block& out) {
  switch (kept_branch(node, is_comptime)) {
  case Branch::unknown: return;
  case Branch::then: return out.push_back({span, typed::Nested{block(node.then)}});
  case Branch::otherwise:
    if (node.otherwise) out.push_back({span, typed::Nested{block(*node.otherwise)}});
    return;
  case Branch::both: break;
  }
  typed::If typed = {.condition = condition(*node.condition), .then = block(node.then), .otherwise = {}};
  if (node.otherwise) typed.otherwise = block(*node.otherwise);
  out.push_back({span, std::move(typed)});
}

void Checker::choice_statement(const ast::Ternary& node, Span span, typed::Block& out) {
  typed::If typed = {.condition = condition(*node.condition), .then = {}, .otherwise = {}};
  evaluate(*node.then, node.then->span, typed.then);
  evaluate(*node.otherwise, node.otherwise->span, typed.otherwise);
  out.push_back({span, std::move(typed)});
}

typed::ExpressionPtr Checker::if_value(const ast::If& node, Span span, bool is_comptime) {
  const Branch kept = kept_branch(node, is_comptime);
  if (kept == Branch::unknown) return unknown(span);
  if (kept == Branch::then) return block_value(node.then);
  if (!node.otherwise) {
    report(DiagnosticId::if_without_else, span);
    return unknown(span);
  }
  if (kept == Branch::otherwise) return block_value(*node.otherwise);
  ExpressionPtr test = condition(*node.condition);
  ExpressionPtr then = block_value(node.then), otherwise = block_value(*node.otherwise);
  auto joined = join_choices(span, "if", then->type, otherwise->type);
  if (!joined) return unknown(span);
  then = convert(std::move(then), *joined);
  otherwise = convert(std::move(otherwise), *joined);
  return typed::make_expression(span, *joined,
                                typed::Ternary{std::move(test), std::move(then), std::move(otherwise)});
}

typed::ExpressionPtr Checker::block_value(const ast::Block& source) {
  if (!source.value) {
    report(DiagnosticId::block_without_value, source.span);
    return unknown(source.span);
  }
  push_scope();
  typed::BlockValue typed;
  for (const ast::StatementPtr& s : source.statements)
    statement(*s, typed.block);
  typed.value = value(*source.value);
  pop_scope();
  if (typed.block.empty() || typed.value->type.is_none()) return std::move(typed.value);
  const Type type = typed.value->type;
  return typed::make_expression(source.span, type, std::move(typed));
}

typed::ExpressionPtr Checker::comptime(const ast::Comptime& node, Span span) {
  if (auto* choice = std::get_if<ast::If>(&node.operand->node)) return if_value(*choice, span, true);
  return comptime_value(*node.operand);
}

static bool is_known_by_now(const typed::Expression& e) {
  if (auto* tuple = std::get_if<typed::TupleOf>(&e.node)) {
    for (const typed::ExpressionPtr& element : tuple->elements)
      if (!is_known_by_now(*element)) return false;
    return true;
  }
  return as_constant(e) || as_text(e);
}

typed::ExpressionPtr Checker::comptime_value(const ast::Expression& source) {
  ExpressionPtr e = value(source);
  if (e->type.is_none() || is_known_by_now(*e)) return e;
  report(DiagnosticId::not_comptime, e->span);
  return unknown(source.span);
}

std::optional<uint64_t> Checker::known_number(const ast::Expression& source) {
  ExpressionPtr e = value(source);
  const typed::Constant* known = as_constant(*e);
  return known && e->type.is_integer() ? std::optional(known->bits) : std::nullopt;
}

} // namespace trc
