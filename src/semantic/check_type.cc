// Types as they are written (`struct task_struct *`, `uint8[4]`, `typeof($x)`), and what can be asked of a
// type at compile time: sizeof, offsetof, typeinfo.
#include <array>
#include <limits>

#include "base/overloaded.h"
#include "lang/builtins.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

bool is_array_suffix(const ast::TypeName& node, size_t i) {
  return i < node.suffixes.size() && std::holds_alternative<ast::TypeName::Array>(node.suffixes[i]);
}

/// The count of the array suffix at `i`; 0 for `[]`.
uint64_t count_at(const ast::TypeName& node, size_t i) {
  return std::get<ast::TypeName::Array>(node.suffixes[i]).count.value_or(0);
}

/// The types that need no look-up: scripts that name only these read no BTF.
std::optional<Type> language_type(std::string_view name) {
  for (uint32_t bytes : {1, 2, 4, 8})
    for (bool is_signed : {false, true})
      if (spelling(integer_type(bytes, is_signed)) == name) return integer_type(bytes, is_signed);
  if (name == "bool") return bool_type();
  if (name == "void") return Type();
  if (name == "string") return string_type(0);
  if (name == "buffer") return buffer_type(0);
  return {};
}

/// "const struct foo" is as good as "struct foo": nothing here is written to.
std::string_view without_qualifiers(std::string_view name) {
  for (bool any = true; any;) {
    any = false;
    for (std::string_view word : {"const ", "volatile "})
      if (name.starts_with(word)) {
        name.remove_prefix(word.size());
        any = true;
      }
  }
  return name;
}

constexpr uint64_t kLargestType = uint64_t{1} << 31;

/// What typeinfo() calls a kind of type.
std::string base_name(const Type& type) {
  if (type.is_presented()) return spelling(type);
  switch (type.kind) {
  case TypeKind::boolean: return "bool";
  case TypeKind::integer: return type.is_enumeration() ? "enum" : "int";
  case TypeKind::pointer: return "pointer";
  case TypeKind::string: return "string";
  case TypeKind::tuple: return type.is_record() ? "record" : "tuple";
  case TypeKind::array: return "array";
  case TypeKind::buffer: return "buffer";
  case TypeKind::structure: return type.name.starts_with("union") ? "union" : "struct";
  default: return spelling(type);
  }
}

} // namespace

void Checker::report_unknown_type(const std::string& name, Span span) {
  std::string hint;
  for (const char* tag : {"struct ", "union ", "enum "}) {
    const std::string tagged = tag + name;
    const bool is_enum = tagged.starts_with("enum");
    if (is_enum ? types().enumeration(tagged) != nullptr : types().structure(tagged) != nullptr)
      hint = "write `" + tagged + "`";
  }
  const bool is_tag = name.find(' ') != name.npos;
  std::vector<std::string> known;
  if (hint.empty()) known = types().names(is_tag ? TypeSource::NameKind::tag : TypeSource::NameKind::type);
  if (!is_tag)
    known.insert(known.end(), {"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
                               "bool", "string", "buffer"});
  if (hint.empty()) hint = did_you_mean(name, known);
  if (hint.empty() && is_tag) hint = "neither the script nor this kernel's BTF defines it";
  report(DiagnosticId::unknown_type, span, name, hint);
}

std::optional<Type> Checker::base_type(const ast::TypeName& node) {
  if (node.of) return subject_type(*node.of, node.span);
  if (auto given = type_argument(node.base)) return *given;
  const std::string name(without_qualifiers(node.base));
  if (auto type = language_type(name)) return type;
  if (name.starts_with("struct ") || name.starts_with("union ")) {
    if (const Structure* found = types().structure(name)) return structure_type(found->name, found->size);
  } else if (name.starts_with("enum ")) {
    if (const Enumeration* found = types().enumeration(name))
      return enumeration_type(found->name, found->size, found->is_signed);
  } else if (auto type = types().type(name)) {
    return type;
  }
  report_unknown_type(name, node.span);
  return {};
}

/// In `T[a][b]` the last count is that of the innermost arrays.
std::optional<Type> Checker::wrap_in_arrays(const ast::TypeName& node, Type type, size_t first, size_t end) {
  for (size_t i = end; i-- > first;) {
    const uint64_t count = count_at(node, i);
    if (type.size == 0 || (count == 0 && i != first)) {
      report(DiagnosticId::impossible_type, node.span, "an array needs elements of a known size",
             "only the outermost count can be left out: `uint8[]`");
      return {};
    }
    if (count > kLargestType / type.size) {
      report(DiagnosticId::impossible_type, node.span, "this array takes more than 2147483648 bytes", "");
      return {};
    }
    type = array_type(std::move(type), count);
  }
  return type;
}

std::optional<Type> Checker::type_of(const ast::TypeName& node) {
  std::optional<Type> type = base_type(node);
  if (!type) return {};
  size_t next = 0;
  const bool takes_size = type->is_string() || type->kind == TypeKind::buffer;
  if (takes_size && !node.of && is_array_suffix(node, 0)) {
    const uint64_t count = count_at(node, next++);
    if (count == 0 || count > context_.options.settings.max_strlen) {
      report(DiagnosticId::impossible_type, node.span,
             "the size of a " + node.base + " is 1 to " +
                 std::to_string(context_.options.settings.max_strlen),
             "");
      return {};
    }
    type = type->is_string() ? string_type(count) : buffer_type(count);
  }
  while (next < node.suffixes.size()) {
    if (!is_array_suffix(node, next)) {
      const char* name = type->is_none() ? "void" : "";
      type = pointer_type(pointers(), std::move(*type), name);
      ++next;
      continue;
    }
    size_t end = next;
    while (is_array_suffix(node, end))
      ++end;
    type = wrap_in_arrays(node, std::move(*type), next, end);
    if (!type) return {};
    next = end;
  }
  if (!type->is_none()) return type;
  report(DiagnosticId::impossible_type, node.span, "there are no values of type `void`", "write `void *`");
  return {};
}

std::optional<Type> Checker::subject_type(const ast::Subject& subject, Span) {
  if (subject.type) return type_of(*subject.type);
  const auto* name = std::get_if<ast::Name>(&subject.expression->node);
  if (name)
    if (auto given = type_argument(name->name)) return *given;
  if (name && !find_builtin(name->name)) {
    if (auto type = language_type(name->name); type && !type->is_none()) return type;
    if (auto type = types().type(name->name)) return type;
  }
  Type type = value(*subject.expression)->type;
  if (type.is_none()) return {};
  type.is_flexible = false;
  return type;
}

Type Checker::target_of(const Type& pointer) const {
  Type target;
  if (!pointer.elements.empty())
    target = pointer.elements.front();
  else if (pointer.name.starts_with("struct ") || pointer.name.starts_with("union "))
    target = structure_type(pointer.name, 0);
  else
    return {};
  if (target.kind != TypeKind::structure || target.size != 0) return target;
  if (const Structure* found = types().structure(target.name)) target.size = found->size;
  return target;
}

uint32_t Checker::stride_of(const Type& pointer) const {
  return pointer.name == "void" && pointer.elements.empty() ? 1 : target_of(pointer).size;
}

typed::ExpressionPtr Checker::size_of(const ast::SizeOf& node, Span span) {
  auto type = subject_type(node.of, span);
  if (!type) return unknown(span);
  // `string`, `buffer` and `T[]` have the size of what they are given, and here nothing is.
  if (type->size == 0 || (type->kind == TypeKind::buffer && type->size == 4)) {
    report(DiagnosticId::impossible_type, span, "`" + spelling(*type) + "` has no size of its own", "");
    return unknown(span);
  }
  return constant(span, integer_type(8, false), type->size);
}

typed::ExpressionPtr Checker::offset_of(const ast::OffsetOf& node, Span span) {
  auto type = subject_type(node.of, span);
  if (!type) return unknown(span);
  if (type->is_pointer() && node.of.expression) type = target_of(*type);
  uint64_t offset = 0;
  for (const ast::Spelled& step : path_behind(node.path)) {
    if (type->kind != TypeKind::structure) {
      report(DiagnosticId::not_a_struct, step.span, with_article(*type), "`offsetof` goes with structures");
      return unknown(span);
    }
    auto field = find_field_of(*type, step.name, step.span);
    if (!field) return unknown(span);
    if (field->bits != 0) {
      report(DiagnosticId::offset_of_bit_field, step.span, step.name);
      return unknown(span);
    }
    offset += field->offset;
    type = field->type;
  }
  return constant(span, integer_type(8, false), offset);
}

typed::ExpressionPtr Checker::type_info(const ast::TypeInfo& node, Span span) {
  const std::string& allowed = context_.options.settings.unstable_typeinfo;
  if (allowed == "error") {
    report(DiagnosticId::unstable_refused, span, "typeinfo", "unstable_typeinfo");
    return unknown(span);
  }
  if (allowed == "warn") report(DiagnosticId::unstable_used, span, "typeinfo", "unstable_typeinfo");
  auto type = subject_type(node.of, span);
  if (!type) return unknown(span);
  typed::Expressions values;
  values.push_back(constant(span, integer_type(4, false), 0));
  values.push_back(text_constant(span, base_name(*type)));
  values.push_back(text_constant(span, spelling(*type)));
  std::vector<Type> elements;
  for (const ExpressionPtr& value : values)
    elements.push_back(value->type);
  return tuple_of(record_type({"btf_id", "base_type", "full_type"}, std::move(elements)), std::move(values),
                  span);
}

} // namespace trc
