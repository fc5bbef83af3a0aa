#include "lang/type.h"

#include <algorithm>

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
  if (type.kind != TypeKind::tuple) return type.is_string() ? 1 : 8;
  uint32_t most = 1;
  for (const Type& element : type.elements) most = std::max(most, alignment(element));
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

static std::string joined(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ",") + spelling(type);
  return text;
}

std::string spelling(const Type& type) {
  const char* sign = type.is_signed ? "" : "u";
  switch (type.kind) {
  case TypeKind::none: return "none";
  case TypeKind::boolean: return "bool";
  case TypeKind::integer: return (type.is_signed ? "int" : "uint") + std::to_string(type.size * 8);
  case TypeKind::pointer: return type.elements.empty() ? type.name + " *" : joined(type.elements) + " *";
  case TypeKind::string: return "string[" + std::to_string(type.size) + "]";
  case TypeKind::tuple: return "(" + joined(type.elements) + ")";
  case TypeKind::count: return "count_t";
  case TypeKind::sum: return std::string(sign) + "sum_t";
  case TypeKind::min: return std::string(sign) + "min_t";
  case TypeKind::max: return std::string(sign) + "max_t";
  case TypeKind::avg: return std::string(sign) + "avg_t";
  case TypeKind::hist: return "hist_t";
  case TypeKind::lhist: return "lhist_t";
  }
  return "?";
}

} // namespace trc
