#include "ctypes/c_type.h"

namespace trc {
namespace {

constexpr uint64_t kMostBytes = UINT32_MAX;

/// What the language has no arithmetic for.
Type opaque_type(uint64_t bytes) { return array_type(integer_type(1, false), bytes); }

Type pointer_to(const CType& pointer) {
  const AddressSpace space = pointer.is_user ? AddressSpace::user : AddressSpace::none;
  const CType& target = *pointer.target;
  if (target.kind == CTypeKind::nothing) return pointer_type(space, {}, "void");
  if (target.kind == CTypeKind::function) return pointer_type(space, {}, "void (*)()");
  return pointer_type(space, to_language(target));
}

Type array_of(const CType& array) {
  const CType& element = *array.target;
  const uint64_t count = array.has_count ? array.count : 0;
  if (element.is_plain_char && count > 0) return string_type(count);
  return array_type(to_language(element), count);
}

} // namespace

std::optional<uint64_t> size_of(const CType& type) {
  if (type.kind == CTypeKind::record) {
    if (!type.record->is_complete && !type.record->kernel) return {};
    return type.record->size;
  }
  if (type.kind == CTypeKind::enumeration && !type.enumeration->is_complete) return {};
  if (type.kind == CTypeKind::array) {
    const auto element = size_of(*type.target);
    if (!element || !type.has_count) return {};
    if (*element != 0 && type.count > kMostBytes / *element) return {};
    return *element * type.count;
  }
  if (type.kind == CTypeKind::nothing || type.kind == CTypeKind::function) return {};
  if (type.kind == CTypeKind::enumeration) return type.enumeration->size;
  return type.size;
}

uint32_t alignment_of(const CType& type) {
  if (type.alignment != 0) return type.alignment;
  switch (type.kind) {
  case CTypeKind::array: return alignment_of(*type.target);
  case CTypeKind::record: return type.record->alignment;
  case CTypeKind::enumeration: return type.enumeration->size;
  case CTypeKind::nothing:
  case CTypeKind::function: return 1;
  default: return type.size;
  }
}

std::string described(const CType& type) {
  switch (type.kind) {
  case CTypeKind::nothing: return "`void`";
  case CTypeKind::function: return "a function";
  case CTypeKind::record: return type.record->is_anonymous ? "this type" : "`" + type.record->name + "`";
  case CTypeKind::enumeration: return "`" + type.enumeration->name + "`";
  case CTypeKind::array:
    return type.has_count ? "an array of " + described(*type.target) : "an array without a length";
  default: return "this type";
  }
}

const CType* from_language(CTypes& types, const Type& type, const TypeSource* kernel) {
  CType made = {.size = type.size};
  switch (type.kind) {
  case TypeKind::boolean: made.kind = CTypeKind::boolean; break;
  case TypeKind::integer:
    made.kind = CTypeKind::integer;
    made.is_signed = type.is_signed;
    break;
  case TypeKind::pointer: {
    // What is behind it is asked of the language's type.
    static constexpr CType kVoid = {};
    made.kind = CTypeKind::pointer;
    made.target = &kVoid;
    break;
  }
  case TypeKind::string:
    made.kind = CTypeKind::array;
    made.target =
        types.make({.kind = CTypeKind::integer, .is_signed = true, .is_plain_char = true, .size = 1});
    made.count = type.size;
    break;
  case TypeKind::array:
    made.kind = CTypeKind::array;
    made.target = from_language(types, type.elements[0], kernel);
    made.count = element_count(type);
    if (!made.target) return nullptr;
    break;
  case TypeKind::structure: {
    made.kind = CTypeKind::record;
    made.record = &types.records.emplace_back(CRecord{.name = type.name});
    made.record->kernel = kernel ? kernel->structure(type.name) : nullptr;
    if (!made.record->kernel) return nullptr;
    made.record->size = made.record->kernel->size;
    made.record->alignment = made.record->kernel->alignment;
    break;
  }
  default: return nullptr;
  }
  made.kernel = &types.kernel_types.emplace_back(type);
  return types.make(made);
}

Type to_language(const CType& type) {
  if (type.kernel) return *type.kernel;
  switch (type.kind) {
  case CTypeKind::boolean: return bool_type();
  case CTypeKind::integer: return integer_type(type.size, type.is_signed);
  case CTypeKind::opaque: return opaque_type(type.size);
  case CTypeKind::enumeration:
    return enumeration_type(type.enumeration->name, type.enumeration->size, type.enumeration->is_signed);
  case CTypeKind::pointer: return pointer_to(type);
  case CTypeKind::array: return array_of(type);
  case CTypeKind::record: return structure_type(type.record->name, type.record->size);
  case CTypeKind::nothing:
  case CTypeKind::function: break;
  }
  return {};
}

Structure to_language(const CRecord& record) {
  Structure made = {.name = record.name,
                    .size = static_cast<uint32_t>(record.size),
                    .alignment = record.alignment,
                    .fields = {}};
  for (const CMember& member : record.members)
    made.fields.push_back({.name = std::string(member.name),
                           .type = to_language(*member.type),
                           .offset = static_cast<uint32_t>(member.bit / 8),
                           .first_bit = static_cast<uint8_t>(member.bits == 0 ? 0 : member.bit % 8),
                           .bits = member.bits});
  return made;
}

} // namespace trc
