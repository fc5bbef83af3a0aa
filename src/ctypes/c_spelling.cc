#include "ctypes/c_spelling.h"

#include <algorithm>

#include "base/text.h"
#include "ctypes/type_table.h"

namespace trc {
namespace {

/// A spelling in its parts: "const char __user *const *" is "char", two stars, `__user`.
struct Declaration {
  std::string base;
  int stars = 0;
  bool is_user = false;
};

bool is_qualifier(std::string_view word) {
  static constexpr std::string_view kWords[] = {"const",  "volatile", "restrict", "__restrict",
                                                "__rcu",  "__percpu", "__iomem",  "__force",
                                                "__user", "__seg_gs", "__seg_fs"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

Declaration take_apart(std::string_view spelling) {
  Declaration made;
  std::string spaced;
  for (char c : spelling)
    spaced += c == '*' ? std::string(" * ") : std::string(1, c);
  for (std::string_view word : split(spaced, ' ')) {
    if (word.empty()) continue;
    made.is_user |= word == "__user";
    if (word == "*") {
      ++made.stars;
    } else if (!is_qualifier(word)) {
      made.base += (made.base.empty() ? "" : " ") + std::string(word);
    }
  }
  return made;
}

bool is_structure(std::string_view name) { return name.starts_with("struct ") || name.starts_with("union "); }

} // namespace

std::optional<Type> c_type(std::string_view spelling, AddressSpace pointers, const TypeSource& types) {
  const Declaration parts = take_apart(spelling);
  std::optional<Type> base = base_type(parts.base);
  if (!base && parts.base != "void") {
    // A pointer to a struct needs no look at the struct.
    if (parts.stars > 0 && is_structure(parts.base))
      base = structure_type(parts.base, 0);
    else
      base = types.type(parts.base);
  }
  if (parts.stars == 0) return base;
  const AddressSpace space = parts.is_user ? AddressSpace::user : pointers;
  Type type = pointer_type(space, base.value_or(Type()), base ? std::string() : parts.base);
  for (int star = 1; star < parts.stars; ++star)
    type = pointer_type(space, std::move(type));
  return type;
}

} // namespace trc
