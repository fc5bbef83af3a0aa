// Casts: which types can be made of which, and how (reference 1.8).
#include <algorithm>

#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

/// As many bits as the type has, extended by its sign, as in C.
uint64_t cut(uint64_t bits, const Type& type) {
  const uint32_t spare = 64 - std::min(type.size, 8u) * 8;
  if (type.is_signed) return static_cast<uint64_t>(static_cast<int64_t>(bits << spare) >> spare);
  return bits << spare >> spare;
}

typed::ExpressionPtr converted(Span span, const Type& to, typed::ExpressionPtr value) {
  if (value->type == to) return value;
  return typed::make_expression(span, to, typed::Convert{std::move(value)});
}

std::string bytes(uint32_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

bool is_open(const Type& type) { return type.size == 0 || (type.kind == TypeKind::buffer && type.size == 4); }

/// The first bytes of a value in memory as another type of at most that size: nothing is computed.
typed::ExpressionPtr seen_as(Span span, const Type& to, typed::ExpressionPtr value) {
  return typed::make_expression(span, to, typed::Part{std::move(value), 0, {}});
}

} // namespace

typed::ExpressionPtr Checker::cast(const ast::Cast& node, Span span) {
  auto to = type_of(*node.type);
  ExpressionPtr e = value(*node.operand);
  if (!to || e->type.is_none()) return unknown(span);
  // `(int64)@x` says that a sum is to be read now: the number has that type only because of it.
  const bool reads = std::holds_alternative<typed::AggregationRead>(e->node);
  const bool same = e->type == *to || (is_open(*to) && e->type.kind == to->kind && to->elements.empty());
  if (same && !reads && !e->type.is_aggregation())
    report(DiagnosticId::unnecessary_cast, span, spelling(e->type));
  if (same && (to->kind != TypeKind::structure || e->type == *to)) {
    e->span = span;
    return e;
  }
  return cast_to(*to, span, std::move(e));
}

typed::ExpressionPtr Checker::refuse_cast(const Type& to, const typed::Expression& value,
                                          const std::string& hint) {
  report(DiagnosticId::bad_cast, value.span, with_article(value.type), spelling(to), hint);
  return unknown(value.span);
}

typed::ExpressionPtr Checker::cast_to(const Type& to, Span span, ExpressionPtr value) {
  if (value->type.is_presented())
    return refuse_cast(to, *value, "it is there to be printed, kept and compared");
  if (value->type.kind == TypeKind::structure)
    return refuse_cast(to, *value, "read one of its fields, or cast a pointer to it");
  switch (to.kind) {
  case TypeKind::boolean:
  case TypeKind::integer: return cast_to_number(to, span, std::move(value));
  case TypeKind::pointer: return cast_to_pointer(to, span, std::move(value));
  case TypeKind::array: return cast_to_array(to, span, std::move(value));
  case TypeKind::structure:
    return refuse_cast(to, *value, "cast to a pointer: `*(" + spelling(to) + " *)address`");
  case TypeKind::string:
    if (value->type.is_string()) return convert(std::move(value), to);
    return refuse_cast(to, *value, "`str()` makes a string of an address, an array or a number");
  case TypeKind::tuple:
    if (const Joined joined = join_types(to, value->type); joined.fit == Fit::good && joined.type == to)
      return convert(std::move(value), to);
    return refuse_cast(to, *value);
  default: return refuse_cast(to, *value);
  }
}

typed::ExpressionPtr Checker::cast_to_number(const Type& to, Span span, ExpressionPtr value) {
  const Type& from = value->type;
  if (from.kind == TypeKind::array && to.is_integer() && !to.is_enumeration() && !is_open(from)) {
    if (from.size == to.size) return converted(span, to, std::move(value));
    return refuse_cast(to, *value,
                       "an array can be cast to an integer of its size: it has " + std::to_string(from.size) +
                           " bytes");
  }
  if (!from.is_scalar())
    return refuse_cast(to, *value,
                       from.is_string() && to.is_integer() ? "`[0]` is its first byte as a number" : "");
  const typed::Constant* known = as_constant(*value);
  if (to.is_enumeration()) {
    if (!from.is_integer()) return refuse_cast(to, *value, "cast it to an integer first");
    const Enumeration* enumeration = types().enumeration(to.name);
    if (known && enumeration) {
      const auto bits = static_cast<int64_t>(cut(known->bits, to));
      const bool listed =
          std::ranges::any_of(enumeration->values, [&](const Enumerator& e) { return e.value == bits; });
      if (!listed) {
        report(DiagnosticId::not_in_enumeration, value->span, to.name, std::to_string(bits));
        return unknown(span);
      }
    }
  }
  if (!known) return converted(span, to, std::move(value));
  const uint64_t bits = known->bits;
  if (to.kind == TypeKind::boolean) return boolean(span, bits != 0);
  return constant(span, to, cut(bits, to));
}

typed::ExpressionPtr Checker::cast_to_pointer(Type to, Span span, ExpressionPtr value) {
  const Type& from = value->type;
  if (!from.is_integer() && !from.is_pointer())
    return refuse_cast(to, *value, "only a number or another pointer can become a pointer");
  if (from.is_pointer() && from.space != AddressSpace::none) to.space = from.space;
  if (const typed::Constant* known = as_constant(*value)) return constant(span, to, known->bits);
  return converted(span, to, std::move(value));
}

/// A number's bytes as an array, the lowest first; a string's or a boolean's, if the sizes are equal.
typed::ExpressionPtr Checker::cast_to_array(Type to, Span span, ExpressionPtr value) {
  const Type& from = value->type;
  const Type& element = to.elements.front();
  if (!element.is_integer() && element.kind != TypeKind::boolean)
    return refuse_cast(to, *value, "only an array of integers or booleans can be made by a cast");
  const bool possible = from.is_integer() || from.kind == TypeKind::boolean || from.is_string();
  if (!possible) return refuse_cast(to, *value);
  if (is_open(to)) {
    if (from.size % element.size != 0)
      return refuse_cast(to, *value,
                         "it has " + bytes(from.size) + ", which is no multiple of " +
                             std::to_string(element.size));
    to = array_type(element, from.size / element.size);
  }
  const bool fits = from.size == to.size || (from.is_integer() && to.size > from.size && to.size <= 8);
  if (!fits)
    return refuse_cast(to, *value,
                       "it has " + bytes(from.size) + ", and the array " + std::to_string(to.size));
  if (from.is_string()) return seen_as(span, to, std::move(value));
  if (from.kind == TypeKind::boolean) value = convert(std::move(value), integer_type(1, false));
  return converted(span, to, std::move(value));
}

} // namespace trc
