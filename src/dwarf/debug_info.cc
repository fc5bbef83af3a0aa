#include "dwarf/debug_info.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ctypes/type_table.h"
#include "dwarf/debug_file.h"
#include "dwarf/lines.h"
#include "dwarf/types.h"

namespace trc::dwarf {
namespace {

const char* keyword_of(int tag) {
  switch (tag) {
  case DW_TAG_structure_type:
  case DW_TAG_class_type: return "struct ";
  case DW_TAG_union_type: return "union ";
  case DW_TAG_enumeration_type: return "enum ";
  case DW_TAG_typedef: return "";
  default: return nullptr;
  }
}

class OpenFile final : public DebugInfo {
public:
  OpenFile(DebugFile file, const std::string& name) : file_(std::move(file)), reader_(file_.get(), name) {}

  std::optional<Function> function(uint64_t address) const override {
    std::optional<Function> found;
    for_each_unit(file_.get(), [&](Dwarf_Die unit) {
      // A unit may not say where its code is; one that has none is not asked.
      if (dwarf_haspc(&unit, address) == 0) return true;
      if (auto die = function_in(unit, address, 0)) found = read_function(*die, dwarf_srclang(&unit));
      return !found;
    });
    return found;
  }

  std::vector<LineAddress> line(std::string_view file, uint32_t line, uint32_t column) const override {
    return addresses_of_line(file_.get(), file, line, column);
  }
  std::vector<uint32_t> lines_with_code(std::string_view file) const override {
    return dwarf::lines_with_code(file_.get(), file);
  }

  const Structure* structure(std::string_view name) const override {
    return kept(structures_, name, [&](std::string_view made_up) { return reader_.structure(made_up); });
  }
  const Enumeration* enumeration(std::string_view name) const override {
    return kept(enumerations_, name, [&](std::string_view made_up) { return reader_.enumeration(made_up); });
  }
  std::optional<Type> type(std::string_view name) const override {
    if (base_type(name)) return {}; // what C itself knows
    auto die = find(name);
    if (!die) return {};
    Type type = reader_.type(*die);
    return type.is_none() ? std::nullopt : std::optional(std::move(type));
  }
  std::optional<Constant> constant(std::string_view name) const override {
    index();
    auto place = constants_.find(name);
    if (place == constants_.end()) return {};
    const Dwarf_Die die = die_at(place->second);
    for (const Enumerator& value : reader_.enumeration(die, {}).values)
      if (value.name == name) return Constant{reader_.type(die), value.value};
    return {};
  }
  std::vector<std::string> names(NameKind kind) const override {
    index();
    std::vector<std::string> all;
    if (kind == NameKind::constant)
      for (const auto& [name, place] : constants_)
        all.push_back(name);
    else
      for (const auto& [name, place] : types_)
        if ((name.find(' ') != name.npos) == (kind == NameKind::tag)) all.push_back(name);
    return all;
  }

private:
  static std::optional<Dwarf_Die> function_in(Dwarf_Die scope, uint64_t address, int depth) {
    std::optional<Dwarf_Die> found;
    for_each_child(scope, [&](Dwarf_Die child) {
      const int tag = dwarf_tag(&child);
      Dwarf_Addr entry = 0;
      if (tag == DW_TAG_subprogram && dwarf_entrypc(&child, &entry) == 0 && entry == address) found = child;
      const bool is_scope =
          tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type;
      if (is_scope && depth < 16) found = function_in(child, address, depth + 1);
      return !found;
    });
    return found;
  }

  Function read_function(Dwarf_Die die, int language) const {
    Function function;
    function.name = name_of(die);
    std::vector<Dwarf_Die> types;
    for_each_child(die, [&](Dwarf_Die child) {
      if (dwarf_tag(&child) != DW_TAG_formal_parameter) return true;
      auto type = type_of(child);
      if (!type) return true;
      types.push_back(*type);
      auto plain = peeled(type);
      const uint64_t encoding = plain ? number_of(*plain, DW_AT_encoding).value_or(0) : 0;
      function.parameters.push_back(
          {.name = name_of(child),
           .type = reader_.type(*type),
           .place = {},
           .is_floating = encoding == DW_ATE_float || encoding == DW_ATE_complex_float});
      return true;
    });
    // A copy that the compiler made for callers of its own may take its parameters anywhere.
    const bool is_own = number_of(die, DW_AT_calling_convention) == DW_CC_nocall;
    const std::vector<Place> places = places_of(types, type_of(die), language);
    for (size_t i = 0; i < places.size(); ++i)
      function.parameters[i].place = is_own ? Place{.kind = Place::Kind::unknown} : places[i];
    return function;
  }

  /// By its name in C, or by a made-up one.
  std::optional<Dwarf_Die> find(std::string_view name) const {
    index();
    auto place = types_.find(name);
    if (place == types_.end()) return {};
    return die_at(place->second);
  }

  Dwarf_Die die_at(Dwarf_Off offset) const {
    Dwarf_Die die = {};
    dwarf_offdie(file_.get(), offset, &die);
    return die;
  }

  /// Made once, when a script names a type: all of the file is looked through for that.
  void index() const {
    if (is_indexed_) return;
    is_indexed_ = true;
    for_each_unit(file_.get(), [&](Dwarf_Die unit) {
      index_scope(unit, 0);
      return true;
    });
  }

  void index_scope(Dwarf_Die scope, int depth) const {
    for_each_child(scope, [&](Dwarf_Die child) {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_namespace && depth < 16) index_scope(child, depth + 1);
      const char* keyword = keyword_of(tag);
      if (keyword == nullptr || flag_of(child, DW_AT_declaration)) return true;
      const Dwarf_Off place = dwarf_dieoffset(&child);
      if (const std::string name = name_of(child); !name.empty()) types_.emplace(keyword + name, place);
      if (tag != DW_TAG_enumeration_type) return true;
      for_each_child(child, [&](Dwarf_Die constant) {
        constants_.emplace(name_of(constant), place);
        return true;
      });
      return true;
    });
  }

  template<class Value, class Read>
  const Value* kept(std::map<std::string, std::optional<Value>, std::less<>>& values, std::string_view name,
                    const Read& read) const {
    auto entry = values.find(name);
    if (entry == values.end()) {
      std::optional<Value> value;
      if (name.ends_with('>')) {
        value = read(name);
      } else if (auto die = find(name)) {
        value = read(reader_.type(*die).name);
      }
      entry = values.emplace(name, std::move(value)).first;
    }
    return entry->second ? &*entry->second : nullptr;
  }

  DebugFile file_;
  TypeReader reader_;
  mutable bool is_indexed_ = false;
  mutable std::map<std::string, Dwarf_Off, std::less<>> types_;     ///< "struct foo", "foo_t"
  mutable std::map<std::string, Dwarf_Off, std::less<>> constants_; ///< of their enumeration
  mutable std::map<std::string, std::optional<Structure>, std::less<>> structures_;
  mutable std::map<std::string, std::optional<Enumeration>, std::less<>> enumerations_;
};

} // namespace

const DebugInfo* Programs::open(const std::string& path, const std::string& root) const {
  return open(files_.try_emplace(root + path, File{path, root, false, nullptr}).first->second);
}

const DebugInfo* Programs::open(File& file) const {
  if (std::exchange(file.is_opened, true)) return file.debug_info.get();
  if (DebugFile found = DebugFile::open(file.path, file.root)) {
    std::string name = file.path.substr(file.path.rfind('/') + 1);
    // Two files of one name must not be taken for each other.
    const auto opened =
        std::ranges::count_if(files_, [](const auto& entry) { return entry.second.is_opened; });
    if (opened > 1) name += "#" + std::to_string(opened);
    file.debug_info = std::make_unique<OpenFile>(std::move(found), name);
  }
  return file.debug_info.get();
}

template<class Ask>
auto Programs::first(const Ask& ask) const -> decltype(ask(std::declval<const DebugInfo&>())) {
  for (auto& [path, file] : files_)
    if (const DebugInfo* info = open(file))
      if (auto answer = ask(*info)) return answer;
  return {};
}

const Structure* Programs::structure(std::string_view name) const {
  return first([&](const DebugInfo& file) { return file.structure(name); });
}
const Enumeration* Programs::enumeration(std::string_view name) const {
  return first([&](const DebugInfo& file) { return file.enumeration(name); });
}
std::optional<Type> Programs::type(std::string_view name) const {
  return first([&](const DebugInfo& file) { return file.type(name); });
}
std::optional<TypeSource::Constant> Programs::constant(std::string_view name) const {
  return first([&](const DebugInfo& file) { return file.constant(name); });
}

std::vector<std::string> Programs::names(NameKind kind) const {
  std::vector<std::string> all;
  for (auto& [path, file] : files_)
    if (const DebugInfo* info = open(file)) std::ranges::move(info->names(kind), std::back_inserter(all));
  return all;
}

} // namespace trc::dwarf
