// Calls of values and functions: arguments against the builtin's row, then the rules of its own where it has
// any.
#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "lang/planned.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

std::string form(const Builtin& row) {
  return std::string(row.name) + "(" + std::string(row.signature) + ")";
}

std::string arguments(size_t count) {
  if (count == 0) return "no arguments";
  return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

std::string takes(const Builtin& row) {
  const size_t most = row.parameters.size();
  if (row.any_number) return "at least " + arguments(row.required);
  if (row.required == most) return arguments(most);
  return std::to_string(row.required) + " to " + arguments(most);
}

/// The type that a row names: what Type's spelling() gives for the scalar and string types.
Type result_type(std::string_view name) {
  for (uint32_t bytes : {1, 2, 4, 8})
    for (bool is_signed : {false, true})
      if (spelling(integer_type(bytes, is_signed)) == name) return integer_type(bytes, is_signed);
  if (name == "bool") return bool_type();
  if (name == "string[16]") return string_type(16);
  TRC_CHECK(false, "unknown result type in builtins.def");
}

const char* expectation(ParameterKind kind) {
  switch (kind) {
  case ParameterKind::integer: return "a number";
  case ParameterKind::text: return "a literal string";
  case ParameterKind::number: return "a literal number";
  case ParameterKind::map: return "a map";
  case ParameterKind::keyed: return "a map with keys";
  case ParameterKind::any: return "a value";
  }
  return "";
}

} // namespace

typed::ExpressionPtr Checker::call(const ast::Call& node, Span span) {
  if (const ast::Macro* macro = find_macro(node)) return macro_value(*macro, node, span);
  if (auto function = find_function(node.name)) return function_call(node, *function, span);
  const Builtin* row = find_builtin(node.name);
  if (!row && context_.declarations.macros.contains(node.name)) {
    report_no_macro(node, span);
    return unknown(span);
  }
  if (!row) {
    const auto& definitions = context_.options.definitions;
    const bool is_macro_of_c = definitions && definitions->is_function_macro(node.name);
    report(DiagnosticId::unknown_function, node.name_span, node.name,
           is_macro_of_c ? "a `#define` with parameters serves C text only: write `macro " + node.name +
                               "(…) { … }` instead"
                         : hint_for_unknown(node.name, builtin_names()));
    return unknown(span);
  }
  if (row->kind == BuiltinKind::aggregation) return special_call(node, *row, span);
  if (!check_arguments(node, *row, span)) return unknown(span);
  if (row->result == "special") return special_call(node, *row, span);
  return typed::make_expression(span, result_type(row->result),
                                typed::Call{.id = row->id, .arguments = {}, .index = 0, .access = {}});
}

typed::ExpressionPtr Checker::special_call(const ast::Call& node, const Builtin& row, Span span) {
  using Check = ExpressionPtr (Checker::*)(const ast::Call&, const Builtin&, Span);
  static constexpr Check kChecks[] = {
#define BUILTIN(id, name, kind, parameters, result, doc, example) &Checker::check_##id,
#include "lang/builtins.def"
#undef BUILTIN
  };
  return (this->*kChecks[static_cast<size_t>(row.id)])(node, row, span);
}

bool Checker::check_arguments(const ast::Call& node, const Builtin& row, Span span) {
  const size_t given = node.arguments.size();
  if (given < row.required) {
    report(DiagnosticId::too_few_arguments, span, row.name, takes(row), std::to_string(given), form(row));
    return false;
  }
  if (given > row.parameters.size() && !row.any_number) {
    report(DiagnosticId::too_many_arguments, node.arguments[row.parameters.size()]->span, row.name,
           takes(row), std::to_string(given), form(row));
    return false;
  }
  for (size_t i = 0; i < given && i < row.parameters.size(); ++i) {
    const ast::Expression& argument = *node.arguments[i];
    const ParameterKind kind = row.parameters[i];
    bool good = true;
    if (kind == ParameterKind::map || kind == ParameterKind::keyed) good = as_map(argument) != nullptr;
    if (kind == ParameterKind::text) good = text(argument).has_value();
    if (kind == ParameterKind::number) good = number(argument).has_value();
    if (good) continue;
    bad_argument(node, i, row, expectation(kind), what_is(argument));
    return false;
  }
  return true;
}

typed::ExpressionPtr Checker::bad_argument(const ast::Call& node, size_t index, const Builtin& row,
                                           const std::string& expected, const std::string& got) {
  report(DiagnosticId::bad_argument, node.arguments[index]->span, std::to_string(index + 1), row.name,
         expected, got, form(row));
  return unknown(node.arguments[index]->span);
}

std::string Checker::what_is(const ast::Expression& source) {
  if (const ast::Map* map = as_map(source)) return map->keys.empty() ? "a map" : "an element of a map";
  if (std::holds_alternative<ast::Variable>(source.node)) return "a variable";
  ExpressionPtr e = expression(source);
  if (as_text(*e)) return "a string";
  if (as_constant(*e) && e->type.is_integer()) return "a number";
  return "a value that is known at run time only";
}

typed::ExpressionPtr Checker::text_value(Span span, std::string bytes) {
  const uint32_t most = context_.options.settings.max_strlen - 1;
  if (bytes.size() <= most) return text_constant(span, std::move(bytes));
  report(DiagnosticId::string_too_long, span, std::to_string(bytes.size()), std::to_string(most));
  return unknown(span);
}

std::optional<std::string> Checker::text(const ast::Expression& source) {
  // As it stands: a format may be longer than a value.
  const ast::Expression& meant = behind(source);
  if (auto* literal = std::get_if<ast::String>(&meant.node)) return literal->value;
  const bool can_be =
      std::holds_alternative<ast::Parameter>(meant.node) || std::holds_alternative<ast::Binary>(meant.node);
  if (!can_be) return {};
  ExpressionPtr e = expression(source);
  const typed::Text* known = as_text(*e);
  return known ? std::optional(known->bytes) : std::nullopt;
}

std::optional<int64_t> Checker::number(const ast::Expression& source) {
  const ast::Expression& meant = behind(source);
  const bool can_be =
      !std::holds_alternative<ast::Call>(meant.node) && !std::holds_alternative<ast::Map>(meant.node);
  if (!can_be) return {};
  ExpressionPtr e = expression(source);
  const typed::Constant* known = as_constant(*e);
  return known && e->type.is_integer() ? std::optional<int64_t>(known->bits) : std::nullopt;
}

typed::ExpressionPtr Checker::integer_argument(const ast::Call& node, size_t index, const Builtin& row) {
  ExpressionPtr e = value(*node.arguments[index]);
  if (e->type.is_none() || e->type.is_integer()) return e;
  if (e->type.is_scalar()) return convert(std::move(e), integer_type(8, false));
  return bad_argument(node, index, row, "a number", with_article(e->type));
}

// ---- the builtins whose result a row can't tell

typed::ExpressionPtr Checker::check_probe(const ast::Call&, const Builtin& row, Span span) {
  if (!here("probe", span)) return unknown(span);
  std::vector<std::string> names;
  for (const probes::Match& match : probe_->matches)
    names.push_back(match.name);
  return name_of_instance(names, probe_name(), row, span);
}

/// `names`: one for each match. `first`: as that of the first match is shown.
typed::ExpressionPtr Checker::name_of_instance(const std::vector<std::string>& names,
                                               const std::string& first, const Builtin& row, Span span) {
  // The same attach point may well be listed twice.
  if (std::ranges::all_of(names, [&](const std::string& name) { return name == first; }))
    return text_constant(span, first);
  size_t longest = 0;
  for (const std::string& name : names)
    longest = std::max(longest, name.size());
  // All names have one size, so that a table of them can be indexed.
  const uint32_t size = (longest + 1 + 7) / 8 * 8;
  return typed::make_expression(span, string_type(size),
                                typed::Call{.id = row.id, .arguments = {}, .index = 0, .access = {}});
}

/// What str() gives where that is known by now: a text, a parameter as it was given, a number's digits.
std::optional<std::string> Checker::known_text(const ast::Expression& source,
                                               const typed::Expression& value) {
  const ast::Expression& meant = behind(source);
  // `str($1 + 1)` leaves out leading characters, whatever `$1` may be as a number.
  if (auto* sum = std::get_if<ast::Binary>(&meant.node); sum && sum->op == BinaryOperator::add) {
    auto* parameter = std::get_if<ast::Parameter>(&behind(*sum->left).node);
    auto by = parameter ? number(*sum->right) : std::nullopt;
    const Parameters& given = context_.options.parameters;
    if (by && *by >= 0 && parameter->index <= given.size()) {
      const std::string& text = given[parameter->index - 1];
      return text.substr(std::min<size_t>(*by, text.size()));
    }
  }
  if (auto* parameter = std::get_if<ast::Parameter>(&meant.node)) {
    const Parameters& given = context_.options.parameters;
    return parameter->index <= given.size() ? given[parameter->index - 1] : std::string();
  }
  if (const typed::Text* text = as_text(value)) return text->bytes;
  const typed::Constant* known = as_constant(value);
  if (!known || !value.type.is_integer()) return {};
  return value.type.is_signed ? std::to_string(static_cast<int64_t>(known->bits))
                              : std::to_string(known->bits);
}

static bool is_char_array(const Type& type) {
  return type.kind == TypeKind::array && type.elements.front().is_integer() &&
         type.elements.front().size == 1;
}

/// Where the bytes are that a string or array behind a pointer has; others stay what they are.
static typed::ExpressionPtr address_of_bytes(typed::ExpressionPtr bytes) {
  auto* behind = std::get_if<typed::Dereference>(&bytes->node);
  if (!behind) return bytes;
  const Span span = bytes->span;
  const uint32_t offset = behind->offset;
  typed::ExpressionPtr pointer = std::move(behind->pointer);
  const Type type = pointer_type(pointer->type.space, integer_type(1, true));
  if (offset == 0) return convert(std::move(pointer), type);
  return typed::make_expression(
      span, type, typed::Binary{BinaryOperator::add, std::move(pointer), literal(span, offset)});
}

/// `char last[]` at the end of a structure: how many bytes it has is not its type's to say, so it is an
/// address.
static typed::ExpressionPtr open_end_as_address(typed::ExpressionPtr bytes) {
  const bool is_open = bytes->type.kind == TypeKind::array && bytes->type.size == 0;
  return is_open ? address_of_bytes(std::move(bytes)) : std::move(bytes);
}

Checker::Length Checker::length_argument(const ast::Call& node, const Builtin& row) {
  Length length;
  if (node.arguments.size() < 2) return length;
  length.value = integer_argument(node, 1, row);
  length.is_good = !length.value->type.is_none();
  const typed::Constant* known = as_constant(*length.value);
  if (!length.is_good || !known) return length;
  const auto given = static_cast<int64_t>(known->bits);
  const uint64_t most = context_.options.settings.max_strlen;
  if (given < 1) {
    bad_argument(node, 1, row, "at least 1", std::to_string(given));
    length.is_good = false;
  } else if (known->bits > most) {
    report(DiagnosticId::length_shortened, length.value->span, std::to_string(given), std::to_string(most));
  }
  length.known = std::min(known->bits, most);
  return length;
}

typed::ExpressionPtr Checker::check_str(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr source = value(*node.arguments[0]);
  if (source->type.is_none()) return source;
  auto [length, known_length, is_good] = length_argument(node, row);
  if (!is_good) return unknown(span);
  const uint32_t size = known_length.value_or(context_.options.settings.max_strlen);
  const bool is_cut_later = length && !known_length;
  if (auto known = known_text(*node.arguments[0], *source)) {
    if (!is_cut_later) return text_constant(span, length ? known->substr(0, size) : *known);
    source = text_constant(source->span, *known);
  }
  if (source->type.is_string() && !is_cut_later && (!length || size >= source->type.size)) return source;
  source = open_end_as_address(std::move(source));
  if (!source->type.is_string() && !is_char_array(source->type) && !source->type.is_scalar())
    return bad_argument(node, 0, row, "an address or a string", with_article(source->type));
  return string_at(std::move(source), std::move(length), known_length, span);
}

typed::ExpressionPtr Checker::string_at(ExpressionPtr source, ExpressionPtr length,
                                        std::optional<uint64_t> known_length, Span span) {
  uint32_t size = known_length.value_or(context_.options.settings.max_strlen);
  typed::Call call = {.id = BuiltinId::str, .arguments = {}, .index = 0, .access = {}};
  source = open_end_as_address(std::move(source));
  const bool is_bytes = source->type.is_string() || is_char_array(source->type);
  // The string ends with its bytes at the latest: the NUL behind them is one more.
  if (is_bytes) {
    size = std::min(size, source->type.size + 1);
    if (!length) length = literal(span, size);
    source = address_of_bytes(std::move(source));
  }
  if (source->type.kind == TypeKind::pointer && source->type.space == AddressSpace::none)
    source->type.space = pointers();
  if (source->type.kind != TypeKind::pointer && !is_bytes)
    source = convert(std::move(source), pointer_type(pointers(), {}, "void"));
  call.arguments.push_back(std::move(source));
  if (length) call.arguments.push_back(std::move(length));
  return typed::make_expression(span, string_type(size), std::move(call));
}

typed::ExpressionPtr Checker::in_space(const ast::Call& node, const Builtin& row, AddressSpace space) {
  ExpressionPtr e = value(*node.arguments[0]);
  if (e->type.is_none()) return e;
  if (!e->type.is_integer() && !e->type.is_pointer())
    return bad_argument(node, 0, row, "an address", with_article(e->type));
  Type type = e->type.is_pointer() ? e->type : pointer_type(space, {}, "void");
  type.space = space;
  const Span span = e->span;
  // A conversion of its own even where only the space differs: what is trusted stays a matter of the kernel.
  return typed::make_expression(span, std::move(type), typed::Convert{std::move(e)});
}

typed::ExpressionPtr Checker::check_kptr(const ast::Call& node, const Builtin& row, Span) {
  return in_space(node, row, AddressSpace::kernel);
}

typed::ExpressionPtr Checker::check_uptr(const ast::Call& node, const Builtin& row, Span) {
  return in_space(node, row, AddressSpace::user);
}

/// Of an array all bytes, if no number is given.
typed::ExpressionPtr Checker::check_buf(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr source = value(*node.arguments[0]);
  if (source->type.is_none()) return source;
  source = open_end_as_address(std::move(source));
  const bool is_array = source->type.kind == TypeKind::array || source->type.is_string();
  if (!is_array && !source->type.is_pointer() && !source->type.is_integer())
    return bad_argument(node, 0, row, "an array or an address", with_article(source->type));
  if (!is_array && node.arguments.size() == 1)
    return bad_argument(node, 0, row, "an array, or an address and a number of bytes",
                        with_article(source->type));
  auto [length, known_length, is_good] = length_argument(node, row);
  if (!is_good) return unknown(span);
  uint64_t size = known_length.value_or(context_.options.settings.max_strlen);
  if (is_array) size = std::min<uint64_t>(size, source->type.size);
  if (known_length) length = nullptr; // the type says it
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  if (source->type.is_pointer() && source->type.space == AddressSpace::none) source->type.space = pointers();
  if (source->type.is_integer()) source = convert(std::move(source), pointer_type(pointers(), {}, "void"));
  call.arguments.push_back(std::move(source));
  if (length) call.arguments.push_back(std::move(length));
  return typed::make_expression(span, buffer_type(size), std::move(call));
}

typed::ExpressionPtr Checker::check_has_key(const ast::Call& node, const Builtin& row, Span span) {
  return element_call(node, row, span);
}

typed::ExpressionPtr Checker::check_delete_key(const ast::Call& node, const Builtin& row, Span span) {
  return element_call(node, row, span);
}

/// A call about an element: `f(@x, key)`; or about `f(@x[key])` or a scalar, if the key may be left out.
typed::ExpressionPtr Checker::element_call(const ast::Call& node, const Builtin& row, Span span) {
  const ast::Map& map = *as_map(*node.arguments[0]);
  const Span map_span = node.arguments[0]->span;
  std::optional<typed::MapAccess> where;
  if (node.arguments.size() == 1) {
    where = access(map, map_span);
  } else {
    if (!map.keys.empty()) return bad_argument(node, 0, row, "a map without a key", "an element");
    const ast::Map* other = as_map(*node.arguments[1]);
    if (other && other->keys.empty() && facts(map_id(other->name, node.arguments[1]->span)).is_keyed)
      return bad_argument(node, 1, row, "a key", "a whole map");
    ExpressionPtr key = value(*node.arguments[1]);
    if (key->type.is_none()) return unknown(span);
    where = access(map.name, map_span, std::move(key));
  }
  if (!where || !is_known(where->map, map_span)) return unknown(span);
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = std::move(*where)};
  return typed::make_expression(span, bool_type(), std::move(call));
}

/// As a pointer that the verifier knows, where the kernel has BTF for it to know.
typed::ExpressionPtr Checker::check_curtask(const ast::Call&, const Builtin& row, Span span) {
  const std::string name = "struct task_struct";
  auto task = context_.kernel_types->type(name);
  typed::Call call = {.id = row.id, .arguments = {}, .index = task.has_value(), .access = {}};
  return typed::make_expression(
      span, pointer_type(AddressSpace::kernel, task.value_or(structure_type(name, 0))), std::move(call));
}

// These rows name their result, so that no check of their own is ever called.
#define PLAIN(id)                                                                                            \
  typed::ExpressionPtr Checker::check_##id(const ast::Call&, const Builtin&, Span) {                         \
    TRC_CHECK(false, "a builtin with a plain result was checked as a special one");                          \
  }
PLAIN(cgroup)
PLAIN(cpid)
PLAIN(cpu)
PLAIN(elapsed)
PLAIN(gid)
PLAIN(has_cpid)
PLAIN(jiffies)
PLAIN(ncpus)
PLAIN(numaid)
PLAIN(rand)
PLAIN(uid)
#undef PLAIN

} // namespace trc
