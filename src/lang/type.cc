#include "lang/type.h"

#include <algorithm>

#include "program/stack_mode.h"

namespace trc {

bool Type::is_scalar() const {
  return kind == TypeKind::boolean || kind == TypeKind::integer || kind == TypeKind::pointer;
}

Type integer_type(uint32_t bytes, bool is_signed) {
  return {.kind = TypeKind::integer, .is_signed = is_signed, .size = bytes};
}

Type bool_type() { return {.kind = TypeKind::boolean, .size = 1}; }

Type string_type(uint32_t bytes) { return {.kind = TypeKind::string, .size = bytes}; }

Type pointer_type(AddressSpace space, Type to, std::string c_name) {
  Type type = {.kind = TypeKind::pointer, .space = space, .size = 8, .name = std::move(c_name)};
  if (!to.is_none()) type.elements.push_back(std::move(to));
  return type;
}

uint32_t alignment(const Type& type) {
  if (type.is_scalar()) return type.size;
  if (type.kind != TypeKind::tuple) return 8; // strings too: they are copied and compared in words
  uint32_t most = 1;
  for (const Type& element : type.elements)
    most = std::max(most, alignment(element));
  return most;
}

static uint32_t round_up(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

std::vector<uint32_t> element_offsets(const Type& tuple) {
  std::vector<uint32_t> offsets;
  uint32_t end = 0;
  for (const Type& element : tuple.elements) {
    offsets.push_back(round_up(end, alignment(element)));
    end = offsets.back() + element.size;
  }
  return offsets;
}

Type tuple_type(std::vector<Type> elements) {
  Type type = {.kind = TypeKind::tuple, .elements = std::move(elements)};
  auto offsets = element_offsets(type);
  uint32_t end = offsets.empty() ? 0 : offsets.back() + type.elements.back().size;
  type.size = round_up(end, alignment(type));
  return type;
}

Type record_type(std::vector<std::string> names, std::vector<Type> elements) {
  Type type = tuple_type(std::move(elements));
  type.names = std::move(names);
  return type;
}

Type presented_type(Presentation presentation, std::vector<Type> parts) {
  Type type = tuple_type(std::move(parts));
  type.presentation = presentation;
  return type;
}

Type array_type(Type element, uint32_t count) {
  Type type = {.kind = TypeKind::array, .size = element.size * count};
  type.elements.push_back(std::move(element));
  return type;
}

uint32_t element_count(const Type& array) {
  if (array.is_string()) return array.size;
  const uint32_t size = array.elements.front().size;
  return size == 0 ? 0 : array.size / size;
}

Type buffer_type(uint32_t bytes) { return {.kind = TypeKind::buffer, .size = bytes + 4}; }

Type structure_type(std::string c_name, uint32_t bytes) {
  return {.kind = TypeKind::structure, .size = bytes, .name = std::move(c_name)};
}

Type enumeration_type(std::string c_name, uint32_t bytes, bool is_signed) {
  Type type = integer_type(bytes, is_signed);
  type.name = std::move(c_name);
  return type;
}

Type storage_type(const Type& type) {
  Type stored = type;
  stored.is_flexible = false;
  if (type.is_integer()) stored.size = 8;
  if (type.kind != TypeKind::tuple) return stored;
  if (type.is_presented()) return stored;
  for (Type& element : stored.elements)
    element = storage_type(element);
  return record_type(std::move(stored.names), std::move(stored.elements));
}

Type read_type(const Type& type) {
  Type read = storage_type(type);
  read.is_flexible = type.is_flexible;
  return read;
}

static Joined join_integers(const Type& a, const Type& b) {
  if (a.clock != Clock::boot && (b.is_flexible || a == b)) return {.type = a};
  if (b.clock != Clock::boot && a.is_flexible) return {.type = b};
  const uint32_t wider = std::max(a.size, b.size);
  // Values of one enumeration stay what they are.
  if (a.is_enumeration() && a.name == b.name) return {.type = a.size >= b.size ? a : b};
  if (a.is_flexible && b.is_flexible) return {.type = a.size > b.size ? a : b};
  if (a.is_flexible || b.is_flexible) return {.type = integer_type(wider, (a.is_flexible ? b : a).is_signed)};
  if (a.is_signed == b.is_signed) return {.type = integer_type(wider, a.is_signed)};
  const Type& unsigned_one = a.is_signed ? b : a;
  if (unsigned_one.size == 8) return {.type = integer_type(8, true), .fit = Fit::sign_lost};
  return {.type = integer_type(std::max(wider, unsigned_one.size * 2), true)};
}

static Joined join_tuples(const Type& a, const Type& b) {
  if (a.elements.size() != b.elements.size() || a.names != b.names) return {.type = a, .fit = Fit::bad};
  std::vector<Type> elements;
  Fit fit = Fit::good;
  for (size_t i = 0; i < a.elements.size(); ++i) {
    Joined element = join_types(a.elements[i], b.elements[i]);
    fit = std::max(fit, element.fit);
    elements.push_back(std::move(element.type));
  }
  return {.type = record_type(a.names, std::move(elements)), .fit = fit};
}

/// Whether two types are the same but for the size of a structure that one of them was not told.
static bool same_target(const Type& a, const Type& b) {
  if (a.kind != b.kind || a.name != b.name) return false;
  if (a.kind == TypeKind::structure) return true;
  if (a.elements.size() != b.elements.size()) return false;
  for (size_t i = 0; i < a.elements.size(); ++i)
    if (!same_target(a.elements[i], b.elements[i])) return false;
  return a.size == b.size && a.is_signed == b.is_signed && a.names == b.names;
}

/// Pointers to different things become one to `void`; those to different memory one to any.
static Joined join_pointers(const Type& a, const Type& b) {
  const AddressSpace space = a.space == b.space ? a.space : AddressSpace::none;
  Type to;
  if (!a.elements.empty() && !b.elements.empty() && same_target(a.elements.front(), b.elements.front())) {
    to = std::max(a.elements.front(), b.elements.front(),
                  [](const Type& x, const Type& y) { return x.size < y.size; });
    return {.type = pointer_type(space, std::move(to), a.name == b.name ? a.name : "")};
  }
  const bool named_alike = a.elements.empty() && b.elements.empty() && a.name == b.name;
  return {.type = pointer_type(space, {}, named_alike ? a.name : "void")};
}

Joined join_types(const Type& a, const Type& b) {
  if (a.is_none()) return {.type = b};
  if (b.is_none()) return {.type = a};
  if (a.is_integer() && b.is_integer()) return join_integers(a, b);
  if (a.is_integer() && b.kind == TypeKind::boolean) return {.type = a};
  if (a.kind == TypeKind::boolean && b.is_integer()) return {.type = b};
  if (a.kind == TypeKind::pointer && b.is_flexible) return {.type = a};
  if (a.is_flexible && b.kind == TypeKind::pointer) return {.type = b};
  if (a.kind != b.kind || a.parameters != b.parameters) return {.type = a, .fit = Fit::bad};
  if (a.is_presented() || b.is_presented()) return {.type = a, .fit = a == b ? Fit::good : Fit::bad};
  if (a.kind == TypeKind::tuple) return join_tuples(a, b);
  if (a.is_string() || a.kind == TypeKind::buffer) return {.type = a.size > b.size ? a : b};
  if (a.kind == TypeKind::pointer) return join_pointers(a, b);
  if (a.kind == TypeKind::structure) return {.type = a, .fit = a.name == b.name ? Fit::good : Fit::bad};
  if (a.kind == TypeKind::array && a != b) return {.type = a, .fit = Fit::bad};
  // An aggregation of signed and unsigned numbers is one of signed numbers.
  return {.type = a.is_signed ? a : b};
}

static std::string joined(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types)
    text += (text.empty() ? "" : ",") + spelling(type);
  return text;
}

/// `(2)` for the parameters of a histogram, nothing for those that it has by default.
static std::string parameter_list(const Type& type, const std::vector<int64_t>& usual) {
  if (type.parameters == usual) return "";
  std::string text;
  for (int64_t parameter : type.parameters)
    text += (text.empty() ? "(" : ",") + std::to_string(parameter);
  return text + ")";
}

static std::string record_spelling(const Type& type) {
  std::string text;
  for (size_t i = 0; i < type.names.size(); ++i)
    text += (i == 0 ? "" : ", ") + type.names[i] + " = " + spelling(type.elements[i]);
  return "{ " + text + " }";
}

/// Stacks that are shown in different modes are of different types; the usual one has no further name.
static std::string presented_spelling(const Type& type) {
  std::string name(spelling(type.presentation));
  if (type.parameters.empty() || type.parameters.front() == static_cast<int64_t>(StackMode::bpftrace))
    return name;
  return name + "(" + std::string(kStackModeNames[type.parameters.front()]) + ")";
}

/// With the outermost dimension first, as in C.
static std::string array_spelling(const Type& type) {
  std::string dimensions;
  const Type* inner = &type;
  for (; inner->kind == TypeKind::array; inner = &inner->elements.front())
    dimensions += inner->size == 0 ? "[]" : "[" + std::to_string(element_count(*inner)) + "]";
  return spelling(*inner) + dimensions;
}

std::string spelling(const Type& type) {
  const char* sign = type.is_signed ? "" : "u";
  if (type.is_presented()) return presented_spelling(type);
  switch (type.kind) {
  case TypeKind::none: return "none";
  case TypeKind::boolean: return "bool";
  case TypeKind::integer:
    if (type.is_enumeration()) return type.name;
    return (type.is_signed ? "int" : "uint") + std::to_string(type.size * 8);
  case TypeKind::pointer: return type.elements.empty() ? type.name + " *" : joined(type.elements) + " *";
  case TypeKind::string: return type.size == 0 ? "string" : "string[" + std::to_string(type.size) + "]";
  case TypeKind::tuple: return type.is_record() ? record_spelling(type) : "(" + joined(type.elements) + ")";
  case TypeKind::array: return array_spelling(type);
  case TypeKind::buffer: return type.size <= 4 ? "buffer" : "buffer[" + std::to_string(type.size - 4) + "]";
  case TypeKind::structure: return type.name;
  case TypeKind::count: return "count_t";
  case TypeKind::sum: return std::string(sign) + "sum_t";
  case TypeKind::min: return std::string(sign) + "min_t";
  case TypeKind::max: return std::string(sign) + "max_t";
  case TypeKind::avg: return std::string(sign) + "avg_t";
  case TypeKind::hist: return "hist_t" + parameter_list(type, {0});
  case TypeKind::lhist: return "lhist_t" + parameter_list(type, {});
  case TypeKind::stats: return std::string(sign) + "stats_t";
  case TypeKind::quantile: return std::string(sign) + "quantile_t";
  case TypeKind::tseries: return "tseries_t" + parameter_list(type, {});
  }
  return "?";
}

std::string with_article(const Type& type) {
  const std::string name = spelling(type);
  if (type.kind == TypeKind::tuple && !type.is_presented())
    return (type.is_record() ? "a record " : "a tuple ") + name;
  // By sound: an int8, an unsigned int *; but a uint8.
  const bool vowel = std::string_view("aeio").contains(name[0]) || name.starts_with("un");
  return (vowel ? "an " : "a ") + name;
}

} // namespace trc
