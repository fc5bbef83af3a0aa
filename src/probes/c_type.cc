#include "probes/c_type.h"

#include <cstdint>

#include "base/text.h"

namespace trc::probes {
namespace {

struct Row {
  std::string_view name;
  uint32_t bytes;
  bool is_signed;
};

constexpr Row kRows[] = {
#define C_TYPE(name, bytes, is_signed) {name, bytes, is_signed},
#include "probes/c_types.def"
#undef C_TYPE
};

std::string_view without_qualifiers(std::string_view spelling) {
  spelling = trim(spelling);
  for (std::string_view word : {"const ", "volatile ", "const "})
    if (spelling.starts_with(word)) spelling = trim(spelling.substr(word.size()));
  for (std::string_view word : {" const", " volatile"})
    if (spelling.ends_with(word)) spelling = trim(spelling.substr(0, spelling.size() - word.size()));
  return spelling;
}

} // namespace

bool is_c_pointer(std::string_view spelling) { return spelling.find('*') != spelling.npos; }

Type c_pointer_type(std::string_view spelling, AddressSpace space) {
  std::string_view target = trim(spelling.substr(0, spelling.rfind('*')));
  bool is_text = without_qualifiers(target) == "char";
  return pointer_type(space, is_text ? integer_type(1, true) : Type(), std::string(target));
}

std::optional<Type> c_integer_type(std::string_view spelling) {
  std::string_view name = without_qualifiers(spelling);
  for (const Row& row : kRows)
    if (row.name == name) return integer_type(row.bytes, row.is_signed);
  if (name.starts_with("enum ")) return integer_type(4, false);
  return {};
}

} // namespace trc::probes
