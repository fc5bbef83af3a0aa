#include "dwarf/die.h"

namespace trc::dwarf {
namespace {

// Debug information from a file can hold cycles that no compiler makes.
constexpr int kMaxDepth = 64;

bool is_qualifier(int tag) {
  return tag == DW_TAG_const_type || tag == DW_TAG_volatile_type || tag == DW_TAG_restrict_type ||
         tag == DW_TAG_atomic_type;
}

} // namespace

std::optional<uint64_t> number_of(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute place;
  if (dwarf_attr_integrate(&die, attribute, &place) == nullptr) return {};
  Dwarf_Sword is_signed = 0;
  if (dwarf_whatform(&place) == DW_FORM_sdata || dwarf_whatform(&place) == DW_FORM_implicit_const) {
    if (dwarf_formsdata(&place, &is_signed) != 0) return {};
    return static_cast<uint64_t>(is_signed);
  }
  Dwarf_Word value = 0;
  if (dwarf_formudata(&place, &value) != 0) return {};
  return value;
}

bool flag_of(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute place;
  bool is_set = false;
  return dwarf_attr_integrate(&die, attribute, &place) != nullptr && dwarf_formflag(&place, &is_set) == 0 &&
         is_set;
}

std::string name_of(Dwarf_Die die) {
  Dwarf_Attribute place;
  if (dwarf_attr_integrate(&die, DW_AT_name, &place) == nullptr) return {};
  const char* name = dwarf_formstring(&place);
  return name != nullptr ? name : "";
}

std::optional<Dwarf_Die> type_of(Dwarf_Die die) {
  Dwarf_Attribute place;
  Dwarf_Die type;
  if (dwarf_attr_integrate(&die, DW_AT_type, &place) == nullptr ||
      dwarf_formref_die(&place, &type) == nullptr)
    return {};
  return type;
}

std::optional<Dwarf_Die> peeled(std::optional<Dwarf_Die> type, bool typedefs) {
  for (int depth = 0; type && depth < kMaxDepth; ++depth) {
    const int tag = dwarf_tag(&*type);
    if (!is_qualifier(tag) && (tag != DW_TAG_typedef || !typedefs)) return type;
    type = type_of(*type);
  }
  return {};
}

uint64_t size_of(Dwarf_Die type) {
  Dwarf_Word size = 0;
  return dwarf_aggregate_size(&type, &size) == 0 ? size : 0;
}

uint64_t count_of(Dwarf_Die array) {
  uint64_t count = 1;
  for_each_child(array, [&](Dwarf_Die range) {
    if (dwarf_tag(&range) != DW_TAG_subrange_type) return true;
    if (auto elements = number_of(range, DW_AT_count))
      count *= *elements;
    else if (auto last = number_of(range, DW_AT_upper_bound))
      count *= *last + 1; // -1 stands for an array without elements
    else
      count = 0;
    return true;
  });
  return count;
}

void for_each_child(Dwarf_Die die, const std::function<bool(Dwarf_Die)>& use) {
  Dwarf_Die child;
  if (dwarf_child(&die, &child) != 0) return;
  do {
    if (!use(child)) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

void for_each_unit(Dwarf* dwarf, const std::function<bool(Dwarf_Die)>& use) {
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die, sub;
  uint8_t kind = 0;
  Dwarf_Half version = 0;
  while (dwarf_get_units(dwarf, unit, &unit, &version, &kind, &die, &sub) == 0) {
    if (kind == DW_UT_type) continue;
    // The code of a unit whose entries stand in a .dwo file.
    if (kind == DW_UT_skeleton && sub.addr != nullptr) die = sub;
    if (!use(die)) return;
  }
}

} // namespace trc::dwarf
