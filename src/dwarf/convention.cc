#include "dwarf/convention.h"

#include <algorithm>
#include <array>
#include <utility>

namespace trc::dwarf {
namespace {

constexpr uint32_t kRegisters = 6, kVectors = 8;
constexpr uint64_t kWord = 8;

/// What one word of a value is.
enum class Class : uint8_t { none, integer, vector };

struct Classes {
  std::array<Class, 2> words = {Class::none, Class::none};
  bool is_in_memory = false; ///< on the stack
  bool is_by_reference = false;
  uint32_t count(Class wanted) const { return static_cast<uint32_t>(std::ranges::count(words, wanted)); }
};

void merge(Class& word, Class with) {
  if (word == Class::integer || with == Class::none) return;
  word = with;
}

/// C++: one that must not be copied byte by byte stays where it is, and its address is passed.
bool is_passed_by_reference(Dwarf_Die structure) {
  if (auto convention = number_of(structure, DW_AT_calling_convention))
    return *convention == DW_CC_pass_by_reference;
  // Before DWARF 5: one with a destructor, or a constructor from itself.
  const std::string name = name_of(structure);
  bool is_by_reference = false;
  for_each_child(structure, [&](Dwarf_Die child) {
    if (dwarf_tag(&child) != DW_TAG_subprogram) return true;
    const std::string member = name_of(child);
    if (member.starts_with("~") && !flag_of(child, DW_AT_defaulted)) is_by_reference = true;
    return !is_by_reference;
  });
  return is_by_reference;
}

void classify(std::optional<Dwarf_Die> type, uint64_t offset, Classes& classes, int depth);

void classify_base(Dwarf_Die die, uint64_t offset, Classes& classes) {
  const uint64_t size = number_of(die, DW_AT_byte_size).value_or(0);
  const uint64_t encoding = number_of(die, DW_AT_encoding).value_or(0);
  const bool is_float = encoding == DW_ATE_float, is_complex = encoding == DW_ATE_complex_float;
  // long double: 80 bits of the x87 in 16 bytes.
  const bool is_x87 = is_float && size == 16 && name_of(die) == "long double";
  if (is_x87 || (is_complex && size > 16)) {
    classes.is_in_memory = true;
    return;
  }
  const Class word = is_float || is_complex ? Class::vector : Class::integer;
  // The second half of a wide vector register needs no register of its own.
  const uint64_t words = is_float ? 1 : (offset % kWord + size + kWord - 1) / kWord;
  for (uint64_t i = 0; i < words && offset / kWord + i < classes.words.size(); ++i)
    merge(classes.words[offset / kWord + i], word);
}

void classify_structure(Dwarf_Die die, uint64_t offset, Classes& classes, int depth) {
  for_each_child(die, [&](Dwarf_Die member) {
    const int tag = dwarf_tag(&member);
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || flag_of(member, DW_AT_external)) return true;
    if (auto bits = number_of(member, DW_AT_bit_size)) {
      const uint64_t first = number_of(member, DW_AT_data_bit_offset)
                                 .value_or(number_of(member, DW_AT_data_member_location).value_or(0) * 8);
      const uint64_t word = (offset + first / 8) / kWord;
      if (word < classes.words.size()) merge(classes.words[word], Class::integer);
      return true;
    }
    classify(type_of(member), offset + number_of(member, DW_AT_data_member_location).value_or(0), classes,
             depth + 1);
    return !classes.is_in_memory;
  });
}

void classify(std::optional<Dwarf_Die> type, uint64_t offset, Classes& classes, int depth) {
  auto die = peeled(type);
  if (!die || depth > 16) return;
  const uint64_t size = size_of(*die);
  switch (dwarf_tag(&*die)) {
  case DW_TAG_base_type: return classify_base(*die, offset, classes);
  case DW_TAG_structure_type:
  case DW_TAG_class_type:
  case DW_TAG_union_type:
    if (is_passed_by_reference(*die))
      classes.is_by_reference = true;
    else if (size > 2 * kWord)
      classes.is_in_memory = true;
    else
      classify_structure(*die, offset, classes, depth);
    return;
  case DW_TAG_array_type: {
    const uint64_t count = count_of(*die);
    auto element = type_of(*die);
    for (uint64_t i = 0; element && i < std::min<uint64_t>(count, 2 * kWord); ++i)
      classify(element, offset + i * (size / count), classes, depth + 1);
    return;
  }
  default: // pointers, references, enumerations, pointers to members
    for (uint64_t at = offset; at < offset + std::max<uint64_t>(size, 1); at += kWord)
      if (at / kWord < classes.words.size()) merge(classes.words[at / kWord], Class::integer);
  }
}

Classes classes_of(std::optional<Dwarf_Die> type, int language) {
  Classes classes;
  classify(type, 0, classes, 0);
  if (language == DW_LANG_Rust) classes.is_by_reference = std::exchange(classes.is_in_memory, false);
  return classes;
}

uint64_t alignment_of(Dwarf_Die type) {
  auto die = peeled(type);
  if (auto declared = number_of(type, DW_AT_alignment)) return std::max<uint64_t>(*declared, kWord);
  // __int128 and long double.
  return die && dwarf_tag(&*die) == DW_TAG_base_type && size_of(*die) == 16 ? 16 : kWord;
}

} // namespace

std::vector<Place> places_of(const std::vector<Dwarf_Die>& parameters, std::optional<Dwarf_Die> result,
                             int language) {
  if (language == DW_LANG_Go) return std::vector<Place>(parameters.size(), {.kind = Place::Kind::unknown});
  uint32_t registers = 0, vectors = 0;
  uint64_t stack = kWord; // above the return address
  if (result) {
    const Classes classes = classes_of(result, language);
    auto die = peeled(result);
    const bool is_number =
        die && dwarf_tag(&*die) == DW_TAG_base_type; // long double comes back in a register
    if (classes.is_by_reference || (classes.is_in_memory && !is_number)) ++registers;
  }
  std::vector<Place> places;
  for (const Dwarf_Die& type : parameters) {
    const Classes classes = classes_of(type, language);
    const uint32_t integers = classes.is_by_reference ? 1 : classes.count(Class::integer);
    const uint32_t numbers = classes.is_by_reference ? 0 : classes.count(Class::vector);
    const bool fits =
        !classes.is_in_memory && registers + integers <= kRegisters && vectors + numbers <= kVectors;
    Place place;
    if (integers + numbers == 0 && !classes.is_in_memory) {
      // An empty structure.
    } else if (fits) {
      place = {.kind = classes.is_by_reference ? Place::Kind::reference
                       : numbers > 0           ? Place::Kind::vector
                                               : Place::Kind::registers,
               .index = registers,
               .count = integers};
      registers += integers;
      vectors += numbers;
    } else {
      const uint64_t alignment = alignment_of(type);
      stack = (stack - kWord + alignment - 1) / alignment * alignment + kWord;
      place = {.kind = classes.is_by_reference ? Place::Kind::unknown : Place::Kind::stack,
               .offset = static_cast<uint32_t>(stack)};
      stack += (std::max<uint64_t>(classes.is_by_reference ? kWord : size_of(type), 1) + kWord - 1) / kWord *
               kWord;
    }
    places.push_back(place);
  }
  return places;
}

} // namespace trc::dwarf
