// What is decided while compiling: questions about expressions, static_assert and fail, the options of a
// script.
#include <algorithm>

#include "kernel/kernel.h"
#include "output/format.h"
#include "program/format_spec.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

/// The answer of `is_…`: nothing is known while the type is not.
typed::ExpressionPtr Checker::answer(const ast::Call& node, Span span,
                                     bool (*holds)(const typed::Expression&)) {
  ExpressionPtr e = value(*node.arguments[0]);
  if (e->type.is_none()) return unknown(span);
  return boolean(span, holds(*e));
}

#define QUESTION(id, ...)                                                                                    \
  typed::ExpressionPtr Checker::check_##id(const ast::Call& node, const Builtin&, Span span) {               \
    return answer(node, span, [](const typed::Expression& e) { return __VA_ARGS__; });                       \
  }
QUESTION(is_array, e.type.kind == TypeKind::array)
QUESTION(is_integer, e.type.is_integer())
QUESTION(is_literal, as_constant(e) || as_text(e))
QUESTION(is_ptr, e.type.is_pointer())
QUESTION(is_str, e.type.is_string())
QUESTION(is_unsigned_integer, e.type.is_integer() && !e.type.is_signed)
#undef QUESTION

typed::ExpressionPtr Checker::check_default_str_length(const ast::Call&, const Builtin&, Span span) {
  return constant(span, integer_type(8, false), context_.options.settings.max_strlen);
}

typed::ExpressionPtr Checker::check_probetype(const ast::Call&, const Builtin&, Span span) {
  // Those that nothing in the kernel triggers, as the reference names them.
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"begin", "special"}, {"end", "special"}, {"self", "special"}, {"bench", "benchmark"}};
  if (!here("probetype", span)) return unknown(span);
  const std::string& name = probe_name();
  std::string type = name.substr(0, name.find(':'));
  for (const auto& [provider, called] : kOthers)
    if (type == provider) type = called;
  return text_constant(span, type);
}

typed::ExpressionPtr Checker::check_assert_now(const ast::Call& node, const Builtin&, Span span) {
  ExpressionPtr test = comptime_value(*node.arguments[0]);
  if (test->type.is_none()) return unknown(span);
  const typed::Constant* known = as_constant(*test);
  if (!known)
    report(DiagnosticId::bad_condition, test->span, with_article(test->type));
  else if (known->bits == 0)
    report(DiagnosticId::assertion_failed, span,
           node.arguments.size() > 1 ? *text(*node.arguments[1]) : "the condition is false");
  return unknown(span);
}

typed::ExpressionPtr Checker::check_assert_str(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr e = value(*node.arguments[0]);
  const Type& type = e->type;
  const bool is_several = type.kind == TypeKind::array || type.is_pointer();
  const bool of_characters = is_several && !type.elements.empty() && type.elements.front().is_integer() &&
                             type.elements.front().size == 1;
  if (!type.is_none() && !type.is_string() && !of_characters)
    bad_argument(node, 0, row, "a string, or an array of or a pointer to characters", with_article(type));
  return unknown(span);
}

typed::ExpressionPtr Checker::check_kfunc_exist(const ast::Call& node, const Builtin&, Span span) {
  return boolean(span, context_.kernel.surely_has_function(*text(*node.arguments[0])));
}

/// A value that is known by now, as the session would have it.
static output::Value value_of(const typed::Expression& e) {
  if (const typed::Text* text = as_text(e)) return {text->bytes};
  const typed::Constant* known = as_constant(e);
  if (!known) return {};
  if (e.type.kind == TypeKind::boolean) return {known->bits != 0};
  if (e.type.is_pointer()) return {output::Pointer{known->bits}};
  if (e.type.is_signed) return {static_cast<int64_t>(known->bits)};
  return {known->bits};
}

typed::ExpressionPtr Checker::check_fail(const ast::Call& node, const Builtin&, Span span) {
  auto pieces = read_format(*node.arguments[0], *text(*node.arguments[0]));
  if (!pieces || !has_values_for(*pieces, node)) return unknown(span);
  std::vector<output::Value> values;
  for (size_t i = 1; i < node.arguments.size(); ++i)
    values.push_back(value_of(*comptime_value(*node.arguments[i])));
  std::string said;
  output::render(said, *pieces, values);
  while (said.ends_with('\n'))
    said.pop_back();
  report(DiagnosticId::script_fails, span, said);
  return unknown(span);
}

/// The option as a call declares it; nothing after an error.
std::optional<typed::Option> Checker::read_option(const ast::Call& node) {
  typed::Option option = {
      .name = *text(*node.arguments[0]), .description = {}, .type = bool_type(), .text = {}};
  auto refuse = [&](size_t argument, const char* what, const char* must) -> std::optional<typed::Option> {
    report(DiagnosticId::bad_option, node.arguments[argument]->span, what, must);
    return {};
  };
  const auto is_bad = [](unsigned char c) { return c <= ' ' || c == '=' || c >= 0x7f; };
  if (option.name.empty() || std::any_of(option.name.begin(), option.name.end(), is_bad))
    return refuse(0, "the name", "made of visible ASCII characters other than `=`");
  if (option.name == "help") return refuse(0, "the name", "another than `help`, which lists the options");
  if (node.arguments.size() > 2) option.description = *text(*node.arguments[2]);
  if (node.arguments.size() < 2) return option;
  ExpressionPtr standard = value(*node.arguments[1]);
  if (standard->type.is_none()) return {};
  if (const typed::Text* text = as_text(*standard)) {
    option.type = string_type(context_.options.settings.max_strlen);
    option.text = text->bytes;
    return option;
  }
  const typed::Constant* known = as_constant(*standard);
  if (!known || standard->type.is_pointer())
    return refuse(1, "the default", "a literal number, string or boolean");
  option.number = known->bits;
  const bool is_negative = standard->type.is_signed && static_cast<int64_t>(known->bits) < 0;
  if (standard->type.is_integer()) option.type = integer_type(8, is_negative);
  return option;
}

typed::ExpressionPtr Checker::check_getopt(const ast::Call& node, const Builtin&, Span span) {
  std::optional<typed::Option> option = read_option(node);
  if (!option) return unknown(span);
  auto& options = context_.program.options;
  auto known =
      std::find_if(options.begin(), options.end(), [&](const auto& o) { return o.name == option->name; });
  if (known == options.end()) known = options.insert(options.end(), *option);
  if (known->type != option->type || known->number != option->number || known->text != option->text) {
    report(DiagnosticId::option_differs, span, option->name);
    return unknown(span);
  }
  if (known->description.empty()) known->description = option->description;
  const auto index = static_cast<uint32_t>(known - options.begin());
  return typed::make_expression(span, known->type, typed::OptionRead{index});
}

} // namespace trc
