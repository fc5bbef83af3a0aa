#include "dwarf/types.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace trc::dwarf {
namespace {

// Debug information from a file can hold cycles that no compiler makes.
constexpr int kMaxDepth = 32;

bool is_machine_size(uint64_t bytes) { return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8; }

/// What the language has no arithmetic for.
Type opaque_type(uint64_t bytes) {
  return bytes == 0 || bytes > UINT32_MAX ? Type()
                                          : array_type(integer_type(1, false), static_cast<uint32_t>(bytes));
}

bool is_structure(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool is_char(Dwarf_Die type) {
  auto die = peeled(type);
  return die && dwarf_tag(&*die) == DW_TAG_base_type && name_of(*die) == "char";
}

bool is_signed_enumeration(Dwarf_Die die) {
  if (auto behind = peeled(type_of(die))) {
    const auto encoding = number_of(*behind, DW_AT_encoding);
    return encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
  }
  // C: signed if a constant is negative. A constant of a form without sign can't be told from a large one.
  bool is_signed = false;
  for_each_child(die, [&](Dwarf_Die constant) {
    Dwarf_Attribute place;
    Dwarf_Sword value = 0;
    if (dwarf_attr(&constant, DW_AT_const_value, &place) != nullptr &&
        dwarf_whatform(&place) == DW_FORM_sdata && dwarf_formsdata(&place, &value) == 0)
      is_signed = is_signed || value < 0;
    return !is_signed;
  });
  return is_signed;
}

} // namespace

std::string TypeReader::made_up_name(const char* keyword, Dwarf_Die die, const std::string& alias) const {
  std::string name = name_of(die);
  if (name.empty()) name = alias.empty() ? "anonymous" : alias;
  return std::string(keyword) + " <" + name + " " + std::to_string(dwarf_dieoffset(&die)) + " " + file_name_ +
         ">";
}

/// What the name says last: the entry's offset, and the file.
std::optional<Dwarf_Die> TypeReader::die_of(std::string_view made_up) const {
  const std::string end = " " + file_name_ + ">";
  if (!made_up.ends_with(end)) return {};
  made_up.remove_suffix(end.size());
  const std::string_view digits = made_up.substr(made_up.rfind(' ') + 1);
  Dwarf_Off offset = 0;
  auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  Dwarf_Die die;
  if (error != std::errc() || rest != digits.data() + digits.size()) return {};
  if (dwarf_offdie(dwarf_, offset, &die) == nullptr) return {};
  return die;
}

Type TypeReader::type(std::optional<Dwarf_Die> die, int depth, const std::string& alias) const {
  if (!die || depth > kMaxDepth) return {};
  const uint64_t size = number_of(*die, DW_AT_byte_size).value_or(0);
  switch (dwarf_tag(&*die)) {
  case DW_TAG_base_type: return base(*die);
  case DW_TAG_pointer_type:
  case DW_TAG_reference_type:
  case DW_TAG_rvalue_reference_type: return pointer(*die, depth);
  case DW_TAG_array_type: return array(*die, depth);
  case DW_TAG_structure_type:
  case DW_TAG_class_type:
    return size > UINT32_MAX
               ? Type()
               : structure_type(made_up_name("struct", *die, alias), static_cast<uint32_t>(size));
  case DW_TAG_union_type:
    return size > UINT32_MAX
               ? Type()
               : structure_type(made_up_name("union", *die, alias), static_cast<uint32_t>(size));
  case DW_TAG_enumeration_type:
    if (!is_machine_size(size)) return opaque_type(size);
    return enumeration_type(made_up_name("enum", *die, alias), static_cast<uint32_t>(size),
                            is_signed_enumeration(*die));
  case DW_TAG_typedef: return type(type_of(*die), depth + 1, name_of(*die));
  case DW_TAG_const_type:
  case DW_TAG_volatile_type:
  case DW_TAG_restrict_type:
  case DW_TAG_atomic_type: return type(type_of(*die), depth + 1, alias);
  case DW_TAG_ptr_to_member_type: return opaque_type(size_of(*die));
  default: return {};
  }
}

Type TypeReader::base(Dwarf_Die die) const {
  const uint64_t size = number_of(die, DW_AT_byte_size).value_or(0);
  if (!is_machine_size(size)) return opaque_type(size);
  const auto bytes = static_cast<uint32_t>(size);
  switch (number_of(die, DW_AT_encoding).value_or(0)) {
  case DW_ATE_boolean: return bytes == 1 ? bool_type() : integer_type(bytes, false);
  case DW_ATE_signed:
  case DW_ATE_signed_char: return integer_type(bytes, true);
  case DW_ATE_unsigned:
  case DW_ATE_address:
  case DW_ATE_UTF:
  // Scripts shall not notice where a compiler's chars have no sign.
  case DW_ATE_unsigned_char: return integer_type(bytes, name_of(die) == "char");
  default: return opaque_type(size);
  }
}

Type TypeReader::pointer(Dwarf_Die die, int depth) const {
  auto behind = type_of(die);
  Type target = type(behind, depth + 1, {});
  std::string name;
  if (target.is_none()) name = behind ? name_of(*behind) : "void";
  return pointer_type(AddressSpace::user, std::move(target), std::move(name));
}

Type TypeReader::array(Dwarf_Die die, int depth) const {
  auto element_die = type_of(die);
  const uint64_t count = count_of(die);
  if (!element_die || count > UINT32_MAX) return {};
  if (is_char(*element_die) && count > 0) return string_type(static_cast<uint32_t>(count));
  Type element = type(element_die, depth + 1, {});
  if (element.is_none() || element.size * count > UINT32_MAX) return {};
  return array_type(std::move(element), static_cast<uint32_t>(count));
}

std::optional<Field> TypeReader::field(Dwarf_Die member) const {
  Field field = {.name = name_of(member), .type = type(type_of(member))};
  if (field.type.is_none()) return {};
  const auto bits = number_of(member, DW_AT_bit_size);
  const uint64_t start = number_of(member, DW_AT_data_member_location).value_or(0);
  if (!bits) {
    field.offset = static_cast<uint32_t>(start);
    return field;
  }
  if (!field.type.is_scalar() || *bits == 0 || *bits > 64) return {};
  uint64_t first = start * 8;
  if (auto offset = number_of(member, DW_AT_data_bit_offset)) {
    first = *offset;
  } else if (auto from_top = number_of(member, DW_AT_bit_offset)) {
    // DWARF 3: counted from the highest bit of the declared type's bytes.
    const uint64_t size = number_of(member, DW_AT_byte_size).value_or(field.type.size);
    first += size * 8 - *from_top - *bits;
  }
  field.offset = static_cast<uint32_t>(first / 8);
  field.first_bit = first % 8;
  field.bits = static_cast<uint8_t>(*bits);
  return field;
}

std::optional<Structure> TypeReader::structure(std::string_view made_up) const {
  auto die = die_of(made_up);
  if (!die || !is_structure(dwarf_tag(&*die)) || flag_of(*die, DW_AT_declaration)) return {};
  Structure structure = {.name = std::string(made_up),
                         .size = static_cast<uint32_t>(number_of(*die, DW_AT_byte_size).value_or(0)),
                         .alignment = 1,
                         .fields = {}};
  for_each_child(*die, [&](Dwarf_Die child) {
    const int tag = dwarf_tag(&child);
    // Members of the class itself have no place in the object.
    const bool is_static = flag_of(child, DW_AT_external) || flag_of(child, DW_AT_declaration);
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || is_static) return true;
    auto made = field(child);
    if (!made) return true;
    if (tag == DW_TAG_inheritance) made->name.clear(); // its fields count as the structure's own
    if (!made->name.empty() || made->type.kind == TypeKind::structure)
      structure.fields.push_back(std::move(*made));
    return true;
  });
  // Where a type is declared to be aligned otherwise no size tells it.
  while (structure.alignment < 16 && structure.size % (structure.alignment * 2) == 0 && structure.size > 0)
    structure.alignment *= 2;
  return structure;
}

Enumeration TypeReader::enumeration(Dwarf_Die die, std::string name) const {
  Enumeration made = {.name = std::move(name),
                      .size = static_cast<uint32_t>(number_of(die, DW_AT_byte_size).value_or(4)),
                      .is_signed = is_signed_enumeration(die),
                      .values = {}};
  for_each_child(die, [&](Dwarf_Die constant) {
    if (dwarf_tag(&constant) != DW_TAG_enumerator) return true;
    made.values.push_back(
        {name_of(constant), static_cast<int64_t>(number_of(constant, DW_AT_const_value).value_or(0))});
    return true;
  });
  return made;
}

std::optional<Enumeration> TypeReader::enumeration(std::string_view made_up) const {
  auto die = die_of(made_up);
  if (!die || dwarf_tag(&*die) != DW_TAG_enumeration_type) return {};
  Enumeration made = enumeration(*die, std::string(made_up));
  if (made.values.empty()) return {};
  return made;
}

} // namespace trc::dwarf
