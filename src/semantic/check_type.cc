// Types as they are written.
#include "semantic/check.h"

namespace trc {
namespace {

std::optional<Type> plain_type(const std::string& name) {
  if (name == "bool") return bool_type();
  if (name == "string") return string_type(0);
  if (name == "void") return Type();
  for (uint32_t bytes : {1, 2, 4, 8})
    for (bool is_signed : {false, true})
      if (spelling(integer_type(bytes, is_signed)) == name) return integer_type(bytes, is_signed);
  return {};
}

} // namespace

std::optional<Type> Checker::type_of(const ast::TypeName& name) {
  std::optional<Type> type = name.of ? subject_type(*name.of, name.span) : plain_type(name.base);
  if (auto given = type_argument(name.base)) type = *given;
  if (!type) return {};
  for (const auto& suffix : name.suffixes) {
    if (auto* array = std::get_if<ast::TypeName::Array>(&suffix)) {
      const uint32_t count = array->count.value_or(0);
      type = type->is_string() && type->size == 0 ? string_type(count) : array_type(*type, count);
    } else {
      type = pointer_type(AddressSpace::none, *type, type->is_none() ? "void" : "");
    }
  }
  return type;
}

std::optional<Type> Checker::subject_type(const ast::Subject& subject, Span) {
  if (subject.type) return type_of(*subject.type);
  if (auto* name = std::get_if<ast::Name>(&subject.expression->node))
    if (auto given = type_argument(name->name)) return *given;
  const Type type = value(*subject.expression)->type;
  return type.is_none() ? std::nullopt : std::optional(type);
}

} // namespace trc
