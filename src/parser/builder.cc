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

/// An `if` or a block: it ends with `}`.
bool may_stand_without_semicolon(const ast::Expression& expression) {
  if (const auto* comptime = std::get_if<ast::Comptime>(&expression.node))
    return std::holds_alternative<ast::If>(comptime->operand->node);
  return std::holds_alternative<ast::If>(expression.node) ||
         std::holds_alternative<ast::BlockExpression>(expression.node);
}

/// Says nothing about a value.
bool is_qualifier(const std::string& word) {
  return word == "const" || word == "volatile" || word == "__user" || word == "__rcu" || word == "__percpu";
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

template<class Node> Statement Builder::statement(Span span, Node node, uint32_t depth) {
  if (is_too_deep(span, depth)) return {};
  return {ast::make_statement(span, std::move(node)), depth};
}

// ---- expressions

Expression Builder::index(Expression base, Expressions keys, Span end) {
  const uint32_t depth = deeper(base, keys);
  const Span span = join(base.value->span, end);
  auto* map = std::get_if<ast::Map>(&base.value->node);
  // `(@x)[1]` is no element of the map: its parentheses belong to its span.
  if (map != nullptr && map->keys.empty() &&
      base.value->span.end - base.value->span.begin == map->name.size())
    return branch(span, ast::Map{std::move(map->name), std::move(keys.value)}, depth);
  if (keys.value.size() > 1)
    report(DiagnosticId::several_indexes, keys.value[1]->span, code(base.value->span));
  return branch(span, ast::Index{std::move(base.value), std::move(keys.value[0])}, depth);
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

Expression Builder::address_of(Span op_span, Expression operand) {
  const auto* map = std::get_if<ast::Map>(&operand.value->node);
  const bool is_place =
      std::holds_alternative<ast::Variable>(operand.value->node) || (map != nullptr && map->keys.empty());
  if (!is_place) report(DiagnosticId::bad_address, operand.value->span, code(operand.value->span));
  const uint32_t depth = deeper(operand);
  const Span span = join(op_span, operand.value->span);
  return branch(span, ast::AddressOf{std::move(operand.value)}, depth);
}

Expression Builder::cast(Span open, Type type, Expression operand) {
  const uint32_t depth = deeper(type, operand);
  const Span span = join(open, operand.value->span);
  return branch(span, ast::Cast{std::move(type.value), std::move(operand.value)}, depth);
}

Expression Builder::comptime(Span keyword, Expression operand) {
  const uint32_t depth = deeper(operand);
  const Span span = join(keyword, operand.value->span);
  return branch(span, ast::Comptime{std::move(operand.value)}, depth);
}

Expression Builder::negative(Span span, IntegerLiteral literal) {
  literal.value = -literal.value;
  return leaf(span, ast::Integer{literal});
}

Expression Builder::record(Span span, Record fields) {
  const uint32_t depth = fields.depth + 1;
  return branch(span, std::move(fields.value), depth);
}

Record Builder::append(Record fields, Spelled name, Expression value) {
  for (const Spelled& other : fields.value.names)
    if (other.name == name.name) report(DiagnosticId::field_repeated, name.span, name.name);
  fields.depth = std::max(fields.depth, value.depth);
  fields.value.names.push_back(std::move(name));
  fields.value.values.push_back(std::move(value.value));
  return fields;
}

Expression Builder::if_else(Span keyword, Expression condition, Block then, std::optional<Block> otherwise) {
  const uint32_t depth = std::max(deeper(condition, then), otherwise ? otherwise->depth + 1 : 0);
  const Span span = join(keyword, otherwise ? otherwise->value.span : then.value.span);
  ast::If node = {std::move(condition.value), std::move(then.value), {}};
  if (otherwise) node.otherwise = std::move(otherwise->value);
  return branch(span, std::move(node), depth);
}

Expression Builder::block_value(Block block) {
  const uint32_t depth = deeper(block);
  const Span span = block.value.span;
  return branch(span, ast::BlockExpression{std::move(block.value)}, depth);
}

Block Builder::block_of(Expression choice) {
  const Span span = choice.value->span;
  return {{span, {}, std::move(choice.value)}, choice.depth};
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
    const bool is_element = std::holds_alternative<ast::Index>(target.value->node);
    const DiagnosticId id = is_member    ? DiagnosticId::field_not_assignable
                            : is_element ? DiagnosticId::element_not_assignable
                                         : DiagnosticId::not_assignable;
    report(id, target.value->span, code(target.value->span));
    return {};
  }
  return statement(span, ast::Assign{std::move(target.value), op, std::move(value.value)}, depth);
}

Statement Builder::let(Span keyword, Spelled variable, Type type, Expression value) {
  const uint32_t depth = deeper(type, value);
  Span span = join(keyword, variable.span);
  if (type.value) span = join(span, type.value->span);
  if (value.value) span = join(span, value.value->span);
  return statement(
      span, ast::Let{std::move(variable.name), variable.span, std::move(type.value), std::move(value.value)},
      depth);
}

Statement Builder::leave(Span keyword, Expression value) {
  const uint32_t depth = deeper(value);
  const Span span = value.value ? join(keyword, value.value->span) : keyword;
  return statement(span, ast::Return{std::move(value.value)}, depth);
}

Statement Builder::while_loop(Span keyword, Expression condition, Block body) {
  const uint32_t depth = deeper(condition, body);
  return statement(join(keyword, body.value.span),
                   ast::While{std::move(condition.value), std::move(body.value)}, depth);
}

Statement Builder::unroll(Span keyword, Expression count, Block body) {
  const uint32_t depth = deeper(count, body);
  return statement(join(keyword, body.value.span), ast::Unroll{std::move(count.value), std::move(body.value)},
                   depth);
}

Statement Builder::for_loop(Span keyword, Spelled variable, Expression from, Expression to, Block body) {
  const uint32_t depth = deeper(from, to, body);
  const Span span = join(keyword, body.value.span);
  ast::For loop = {std::move(variable), {}, {}, {}, std::move(body.value)};
  if (to.value) {
    loop.from = std::move(from.value);
    loop.to = std::move(to.value);
    return statement(span, std::move(loop), depth);
  }
  auto* map = std::get_if<ast::Map>(&from.value->node);
  if (map == nullptr || !map->keys.empty()) {
    report(DiagnosticId::bad_for_subject, from.value->span, code(from.value->span));
    return {};
  }
  loop.map = {std::move(map->name), from.value->span};
  return statement(span, std::move(loop), depth);
}

Statements Builder::append(Statements list, Statement statement) {
  list.depth = std::max(list.depth, statement.depth);
  list.ends_open = false;
  if (!statement.value) return list;
  const auto* evaluate = std::get_if<ast::Evaluate>(&statement.value->node);
  list.ends_open = evaluate != nullptr && may_stand_without_semicolon(*evaluate->expression);
  list.value.push_back(std::move(statement.value));
  return list;
}

Statements Builder::with_value(Statements list, Expression value) {
  list.depth = std::max(list.depth, value.depth);
  list.last = std::move(value.value);
  return list;
}

Block Builder::block(Span open, Statements statements, Span close) {
  if (!statements.last && statements.ends_open) {
    statements.last = std::move(std::get<ast::Evaluate>(statements.value.back()->node).expression);
    statements.value.pop_back();
  }
  return {{join(open, close), std::move(statements.value), std::move(statements.last)}, statements.depth};
}

// ---- types

Subject Builder::subject(Expression expression) {
  return {{nullptr, std::move(expression.value)}, expression.depth};
}

Subject Builder::subject(Type type) { return {{std::move(type.value), nullptr}, type.depth}; }

Expression Builder::offset_of(Span span, Subject subject, std::vector<Spelled> path) {
  const uint32_t depth = deeper(subject);
  return branch(span, ast::OffsetOf{std::move(subject.value), std::move(path)}, depth);
}

Type Builder::type(Spelled word) {
  auto type = std::make_unique<ast::TypeName>();
  type->span = word.span;
  if (!is_qualifier(word.name)) type->base = std::move(word.name);
  return {std::move(type), 1};
}

Type Builder::type_of(Span span, Subject subject) {
  auto type = std::make_unique<ast::TypeName>();
  type->span = span;
  type->of = std::make_unique<ast::Subject>(std::move(subject.value));
  return {std::move(type), subject.depth + 1};
}

Type Builder::tagged(Spelled tag, Spelled name) {
  if (tag.name != "struct" && tag.name != "union" && tag.name != "enum")
    report(DiagnosticId::syntax, name.span, "`" + name.name + "`", "arguments are separated by `,`");
  return word(type(std::move(tag)), std::move(name));
}

Type Builder::word(Type type, Spelled word) {
  type.value->span = join(type.value->span, word.span);
  if (is_qualifier(word.name)) return type;
  if (type.value->of || !type.value->suffixes.empty())
    report(DiagnosticId::bad_type, word.span, word.name, code(type.value->span));
  if (!type.value->base.empty()) type.value->base += " ";
  type.value->base += word.name;
  return type;
}

Type Builder::pointer(Type type, Span star) {
  type.value->span = join(type.value->span, star);
  return with_suffix(std::move(type), ast::TypeName::Pointer{});
}

Type Builder::array(Type type, std::optional<uint64_t> count, Span end) {
  type.value->span = join(type.value->span, end);
  return with_suffix(std::move(type), ast::TypeName::Array{count});
}

/// Each suffix is a level of the type that is made of it.
Type Builder::with_suffix(Type type, std::variant<ast::TypeName::Pointer, ast::TypeName::Array> suffix) {
  if (!is_too_deep(type.value->span, ++type.depth)) type.value->suffixes.push_back(suffix);
  return type;
}

// ---- outermost

ast::MapDeclaration Builder::map_declaration(Span span, Spelled map, Spelled kind, Expression entries) {
  return {span, std::move(map), std::move(kind), std::move(entries.value)};
}

ast::Macro Builder::macro(ast::Macro head, Block body) {
  head.span = join(head.span, body.value.span);
  head.body = std::move(body.value);
  return head;
}

ast::Function Builder::function(ast::Function head, Block body) {
  head.span = join(head.span, body.value.span);
  head.body = std::move(body.value);
  return head;
}

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
