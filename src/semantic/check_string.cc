// Functions of strings and bytes. What is known when the script is compiled is worked out here; some of the
// others are made of the language's own operators, and the rest is codegen/string.cc's.
#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "lang/pattern.h"
#include "lang/signals.h"
#include "probes/tracepoint/syscalls.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

/// Not more than the first bytes of a string.
static typed::ExpressionPtr first_bytes(typed::ExpressionPtr text, uint32_t count) {
  if (const typed::Text* known = as_text(*text))
    return text_constant(text->span, known->bytes.substr(0, count));
  return text->type.size <= count ? std::move(text) : convert(std::move(text), string_type(count));
}

/// Strings are compared up to the size of the shorter one: cut to `n` bytes they are so up to there.
typed::ExpressionPtr Checker::check_strncmp(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr strings[2];
  for (size_t i = 0; i < 2; ++i) {
    strings[i] = value(*node.arguments[i]);
    if (strings[i]->type.is_none()) return unknown(span);
    if (!strings[i]->type.is_string())
      return bad_argument(node, i, row, "a string", with_article(strings[i]->type));
  }
  const int64_t count = *number(*node.arguments[2]);
  if (count < 1) return bad_argument(node, 2, row, "at least 1", std::to_string(count));
  const auto most = static_cast<uint32_t>(std::min<int64_t>(count, INT32_MAX));
  for (ExpressionPtr& string : strings)
    string = first_bytes(std::move(string), most);
  ExpressionPtr differ =
      binary(BinaryOperator::not_equal, span, std::move(strings[0]), std::move(strings[1]));
  return convert(std::move(differ), integer_type(8, false));
}

/// A string, or what str() makes of an address or array of characters. None after an error.
typed::ExpressionPtr Checker::string_argument(const ast::Call& node, size_t index, const Builtin& row) {
  ExpressionPtr e = value(*node.arguments[index]);
  if (e->type.is_none() || e->type.is_string()) return e;
  const bool of_characters = !e->type.elements.empty() && e->type.elements.front().is_integer() &&
                             e->type.elements.front().size == 1;
  const bool is_bytes = e->type.kind == TypeKind::array && of_characters;
  const bool leads_to_any = e->type.is_pointer() && e->type.elements.empty() && e->type.name == "void";
  if (!is_bytes && !(e->type.is_pointer() && of_characters) && !leads_to_any)
    return bad_argument(node, index, row, "a string, or an array of or a pointer to characters",
                        with_article(e->type));
  const Span span = e->span;
  return string_at(std::move(e), nullptr, {}, span);
}

/// Both arguments as strings; nothing after an error.
std::optional<std::array<typed::ExpressionPtr, 2>> Checker::two_strings(const ast::Call& node,
                                                                        const Builtin& row) {
  std::array<ExpressionPtr, 2> strings;
  for (size_t i = 0; i < 2; ++i) {
    strings[i] = string_argument(node, i, row);
    if (strings[i]->type.is_none()) return {};
  }
  return strings;
}

namespace {

typed::ExpressionPtr string_call(Span span, BuiltinId id, const Type& type, typed::ExpressionPtr first,
                                 typed::ExpressionPtr second = nullptr) {
  typed::Call call = {.id = id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(first));
  if (second) call.arguments.push_back(std::move(second));
  return typed::make_expression(span, type, std::move(call));
}

/// The text of a constant up to its NUL, as a program has it.
const std::string* known_string(const typed::Expression& e) {
  const typed::Text* text = as_text(e);
  return text && text->bytes.find('\0') == text->bytes.npos ? &text->bytes : nullptr;
}

} // namespace

typed::ExpressionPtr Checker::check_strlen(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr text = string_argument(node, 0, row);
  if (text->type.is_none()) return text;
  if (const std::string* known = known_string(*text))
    return constant(span, integer_type(8, false), known->size());
  return string_call(span, row.id, integer_type(8, false), std::move(text));
}

typed::ExpressionPtr Checker::check_strcap(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr text = string_argument(node, 0, row);
  if (text->type.is_none()) return text;
  // The string that is made of an array has room for a NUL behind its bytes.
  ExpressionPtr given = value(*node.arguments[0]);
  const bool is_array = given->type.kind == TypeKind::array && given->type.size != 0;
  return constant(span, integer_type(8, true), is_array ? given->type.size : text->type.size);
}

typed::ExpressionPtr Checker::check_strstr(const ast::Call& node, const Builtin& row, Span span) {
  auto strings = two_strings(node, row);
  if (!strings) return unknown(span);
  auto& [text, sought] = *strings;
  const Type type = integer_type(8, true);
  const std::string *known = known_string(*text), *needle = known_string(*sought);
  if (needle && needle->empty()) return constant(span, type, 0);
  if (known && needle) {
    const size_t at = known->find(*needle);
    return constant(span, type, at == known->npos ? ~uint64_t{0} : at);
  }
  return string_call(span, row.id, type, std::move(text), std::move(sought));
}

typed::ExpressionPtr Checker::check_strcontains(const ast::Call& node, const Builtin& row, Span span) {
  if (!two_strings(node, row)) return unknown(span);
  ExpressionPtr at = check_strstr(node, builtin(BuiltinId::strstr), span);
  return binary(BinaryOperator::greater_equal, span, std::move(at), literal(span, 0));
}

typed::ExpressionPtr Checker::check_starts_with(const ast::Call& node, const Builtin& row, Span span) {
  auto strings = two_strings(node, row);
  if (!strings) return unknown(span);
  auto& [text, start] = *strings;
  const std::string *known = known_string(*text), *sought = known_string(*start);
  if (sought && sought->empty()) return boolean(span, true);
  if (known && sought) return boolean(span, known->starts_with(*sought));
  if (!sought) return string_call(span, row.id, bool_type(), std::move(text), std::move(start));
  // Compared up to the size of the shorter one, which has no NUL then.
  if (text->type.size < sought->size()) return boolean(span, false);
  const auto size = static_cast<uint32_t>(sought->size());
  start = typed::make_expression(span, string_type(size), typed::Text{*sought});
  return binary(BinaryOperator::equal, span, first_bytes(std::move(text), size), std::move(start));
}

typed::ExpressionPtr Checker::check_ends_with(const ast::Call& node, const Builtin& row, Span span) {
  auto strings = two_strings(node, row);
  if (!strings) return unknown(span);
  auto& [text, end] = *strings;
  const std::string *known = known_string(*text), *sought = known_string(*end);
  if (sought && sought->empty()) return boolean(span, true);
  if (known && sought) return boolean(span, known->ends_with(*sought));
  return string_call(span, row.id, bool_type(), std::move(text), std::move(end));
}

typed::ExpressionPtr Checker::check_glob(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr text = string_argument(node, 0, row);
  const std::string written = *this->text(*node.arguments[1]);
  auto pattern = wildcard_pattern(written);
  if (!pattern) return bad_argument(node, 1, row, pattern.error(), "`" + written + "`");
  if (text->type.is_none()) return text;
  if (const std::string* known = known_string(*text)) return boolean(span, trc::matches(*pattern, *known));
  return string_call(span, row.id, bool_type(), std::move(text), text_constant(span, written));
}

/// Strings with the letters of ASCII in the other case.
typed::ExpressionPtr Checker::in_case(const ast::Call& node, const Builtin& row, Span span, char first,
                                      char last, int distance) {
  ExpressionPtr text = string_argument(node, 0, row);
  if (text->type.is_none()) return text;
  if (const std::string* known = known_string(*text)) {
    std::string other = *known;
    for (char& c : other)
      if (c >= first && c <= last) c = static_cast<char>(c + distance);
    return text_constant(span, other);
  }
  const Type type = text->type;
  return string_call(span, row.id, type, std::move(text));
}

typed::ExpressionPtr Checker::check_lower(const ast::Call& node, const Builtin& row, Span span) {
  return in_case(node, row, span, 'A', 'Z', 'a' - 'A');
}

typed::ExpressionPtr Checker::check_upper(const ast::Call& node, const Builtin& row, Span span) {
  return in_case(node, row, span, 'a', 'z', 'A' - 'a');
}

typed::ExpressionPtr Checker::check_str_concat(const ast::Call& node, const Builtin& row, Span span) {
  auto strings = two_strings(node, row);
  if (!strings) return unknown(span);
  auto& [first, second] = *strings;
  const std::string *a = known_string(*first), *b = known_string(*second);
  if (a && b) return text_value(span, *a + *b);
  const uint64_t size = uint64_t{first->type.size} + second->type.size;
  const Type type =
      string_type(static_cast<uint32_t>(std::min<uint64_t>(size, context_.options.settings.max_strlen)));
  return string_call(span, row.id, type, std::move(first), std::move(second));
}

/// So many bytes, that the last argument says, of a value in memory or at an address, as a buffer.
typed::ExpressionPtr Checker::bytes_argument(const ast::Call& node, size_t index, const Builtin& row) {
  const size_t last = node.arguments.size() - 1;
  ExpressionPtr source = value(*node.arguments[index]);
  if (source->type.is_none()) return source;
  const TypeKind kind = source->type.kind;
  const bool is_here = kind == TypeKind::array || kind == TypeKind::string || kind == TypeKind::structure ||
                       kind == TypeKind::tuple;
  if (!is_here && kind != TypeKind::buffer && !source->type.is_pointer() && !source->type.is_integer())
    return bad_argument(node, index, row, "bytes in memory or an address", with_article(source->type));
  ExpressionPtr count = integer_argument(node, last, row);
  if (count->type.is_none()) return count;
  const typed::Constant* known = as_constant(*count);
  const auto most = static_cast<uint32_t>(context_.options.settings.max_strlen);
  uint32_t size = most;
  if (known) {
    if (known->bits < 1 || known->bits > most)
      return bad_argument(node, last, row, "1 to " + std::to_string(most) + " (`max_strlen`)",
                          std::to_string(static_cast<int64_t>(known->bits)));
    size = static_cast<uint32_t>(known->bits);
    count = nullptr; // the type says it
  }
  if (kind == TypeKind::buffer) {
    // Its bytes stand behind their number.
    const Type bytes = array_type(integer_type(1, false), source->type.size - 4);
    const Span place = source->span;
    source = typed::make_expression(place, bytes, typed::Part{std::move(source), 4, {}});
  }
  if (is_here || kind == TypeKind::buffer) {
    // A string has zeroes behind its end.
    if (source->type.size < size && known && kind != TypeKind::string)
      return bad_argument(node, last, row,
                          "not more than the " + std::to_string(source->type.size) + " bytes that argument " +
                              std::to_string(index + 1) + " has",
                          std::to_string(size));
    size = std::min(size, source->type.size);
  }
  if (source->type.is_pointer() && source->type.space == AddressSpace::none) source->type.space = pointers();
  if (source->type.is_integer()) source = convert(std::move(source), pointer_type(pointers(), {}, "void"));
  const Span span = source->span;
  typed::Call call = {.id = BuiltinId::buf, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(source));
  if (count) call.arguments.push_back(std::move(count));
  return typed::make_expression(span, buffer_type(size), std::move(call));
}

typed::ExpressionPtr Checker::check_memcmp(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr first = bytes_argument(node, 0, row), second = bytes_argument(node, 1, row);
  if (first->type.is_none() || second->type.is_none()) return unknown(span);
  return string_call(span, row.id, integer_type(8, true), std::move(first), std::move(second));
}

/// A text for each number: the last one stands for all others. Constants are looked up at once.
typed::ExpressionPtr Checker::text_by_number(const ast::Call& node, const Builtin& row, Span span,
                                             std::vector<std::string> texts) {
  constexpr uint32_t kSize = 64;
  ExpressionPtr number = integer_argument(node, 0, row);
  if (number->type.is_none()) return number;
  if (const typed::Constant* known = as_constant(*number)) {
    uint64_t index = known->bits;
    if (row.id == BuiltinId::strerror && static_cast<int64_t>(index) < 0) index = -index;
    ExpressionPtr text = text_constant(span, texts[std::min<uint64_t>(index, texts.size() - 1)]);
    return convert(std::move(text), string_type(kSize));
  }
  auto& tables = context_.program.tables;
  const auto found = std::ranges::find(tables, texts);
  typed::Call call = {
      .id = row.id, .arguments = {}, .index = static_cast<uint32_t>(found - tables.begin()), .access = {}};
  if (found == tables.end()) tables.push_back(std::move(texts));
  call.arguments.push_back(std::move(number));
  return typed::make_expression(span, string_type(kSize), std::move(call));
}

typed::ExpressionPtr Checker::check_strerror(const ast::Call& node, const Builtin& row, Span span) {
  constexpr int kMost = 133; // EHWPOISON (include/uapi/asm-generic/errno.h)
  std::vector<std::string> texts;
  for (int number = 0; number <= kMost; ++number) {
    const char* text = ::strerrordesc_np(number);
    texts.emplace_back(text ? text : "unknown error");
  }
  texts.emplace_back("unknown error");
  return text_by_number(node, row, span, std::move(texts));
}

typed::ExpressionPtr Checker::check_signal_name(const ast::Call& node, const Builtin& row, Span span) {
  std::vector<std::string> texts;
  for (int number = 0; number <= kMostSignals; ++number)
    texts.push_back(signal_name(number));
  texts.emplace_back("unknown");
  return text_by_number(node, row, span, std::move(texts));
}

typed::ExpressionPtr Checker::check_syscall_name(const ast::Call& node, const Builtin& row, Span span) {
  std::vector<std::string> texts;
  for (std::string_view name : probes::syscall_names())
    texts.emplace_back(name.empty() ? "unknown" : name);
  texts.emplace_back("unknown");
  return text_by_number(node, row, span, std::move(texts));
}

} // namespace trc
