#include "lang/structure.h"

namespace trc {

std::optional<Field> find_field(const TypeSource& types, const Structure& structure, std::string_view name) {
  for (const Field& field : structure.fields) {
    if (field.name == name) return field;
    if (!field.name.empty()) continue;
    const Structure* inner = types.structure(field.type.name);
    if (!inner) continue;
    if (auto found = find_field(types, *inner, name)) {
      found->offset += field.offset;
      return found;
    }
  }
  return {};
}

std::vector<std::string> field_names(const TypeSource& types, const Structure& structure) {
  std::vector<std::string> names;
  for (const Field& field : structure.fields) {
    const Structure* inner = field.name.empty() ? types.structure(field.type.name) : nullptr;
    if (!field.name.empty()) names.push_back(field.name);
    if (!inner) continue;
    for (std::string& name : field_names(types, *inner))
      names.push_back(std::move(name));
  }
  return names;
}

} // namespace trc
