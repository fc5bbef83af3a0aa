#include "ctypes/btf_types.h"

#include <functional>
#include <map>
#include <type_traits>

#include "ctypes/btf_convert.h"
#include "ctypes/type_table.h"
#include "kernel/btf.h"
#include "kernel/btf_query.h"

namespace trc {
namespace {

using Kinds = std::initializer_list<uint32_t>;

/// A C spelling cut into its keyword and what follows: "struct foo".
struct Tag {
  std::string_view keyword, name;
};

Tag cut(std::string_view spelling) {
  const size_t blank = spelling.find(' ');
  if (blank == spelling.npos) return {{}, spelling};
  return {spelling.substr(0, blank), spelling.substr(blank + 1)};
}

bool is_kind_of(std::string_view keyword, uint32_t kind) {
  if (keyword == "struct") return kind == BTF_KIND_STRUCT;
  if (keyword == "union") return kind == BTF_KIND_UNION;
  return keyword == "enum" && (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64);
}

/// A type that was found.
struct Found {
  const Btf* btf;
  std::string module;
  uint32_t id;

  BtfConverter converter() const { return {*btf, module}; }
};

class BtfTypes : public TypeSource {
public:
  explicit BtfTypes(const Kernel& kernel) : kernel_(kernel) {}

  const Structure* structure(std::string_view name) const override {
    return kept(structures_, name, [&](const Found& found, std::string known_as) {
      return found.converter().structure(found.id, std::move(known_as));
    });
  }

  const Enumeration* enumeration(std::string_view name) const override {
    return kept(enumerations_, name, [&](const Found& found, std::string known_as) {
      return found.converter().enumeration(found.id, std::move(known_as));
    });
  }

  std::optional<Type> type(std::string_view name) const override {
    if (auto known = base_type(name)) return known;
    auto entry = types_.find(name);
    if (entry == types_.end()) entry = types_.emplace(name, read_type(name)).first;
    return entry->second;
  }

  std::optional<Constant> constant(std::string_view name) const override {
    std::optional<Constant> constant;
    first_of_all([&](const Btf& btf, const std::string& module) {
      if (auto place = btf.find_enumerator(name)) constant = BtfConverter(btf, module).constant(*place);
      return constant.has_value();
    });
    return constant;
  }

  /// Of the kernel's own BTF: modules are many files.
  std::vector<std::string> names(NameKind kind) const override {
    std::vector<std::string> all;
    const Btf* btf = kernel_.btf();
    if (!btf) return all;
    auto take = [&](uint32_t btf_kind, const std::string& keyword) {
      for (const Btf::Named& named : btf->with_prefix("", btf_kind))
        if (!named.name.empty()) all.push_back(keyword + std::string(named.name));
    };
    auto take_enumerators = [&]<class Member>(uint32_t btf_kind, std::type_identity<Member>) {
      for (const Btf::Named& named : btf->with_prefix("", btf_kind))
        for (const Member& member : btf->members<Member>(*btf->type(named.id)))
          all.emplace_back(btf->string(member.name_off));
    };
    switch (kind) {
    case NameKind::tag:
      take(BTF_KIND_STRUCT, "struct ");
      take(BTF_KIND_UNION, "union ");
      take(BTF_KIND_ENUM, "enum ");
      take(BTF_KIND_ENUM64, "enum ");
      break;
    case NameKind::type: take(BTF_KIND_TYPEDEF, ""); break;
    case NameKind::constant:
      take_enumerators(BTF_KIND_ENUM, std::type_identity<btf_enum>());
      take_enumerators(BTF_KIND_ENUM64, std::type_identity<btf_enum64>());
      break;
    }
    return all;
  }

private:
  /// Asks the kernel's own BTF, then that of each module, until one has the answer.
  void first_of_all(const std::function<bool(const Btf&, const std::string&)>& ask) const {
    const Btf* own = kernel_.btf();
    if (!own || ask(*own, "")) return;
    for (const std::string& module : kernel_.btf_modules())
      if (const Btf* btf = kernel_.module_btf(module); btf && ask(*btf, module)) return;
  }

  std::optional<Found> find_named(std::string_view name, Kinds kinds) const {
    std::optional<Found> found;
    first_of_all([&](const Btf& btf, const std::string& module) {
      if (auto id = btf.find(name, kinds)) found = Found{&btf, module, *id};
      return found.has_value();
    });
    return found;
  }

  /// A struct, union or enumeration by its name, a made-up one or its own.
  std::optional<Found> find_tagged(std::string_view spelling) const {
    const Tag tag = cut(spelling);
    const auto place = place_of(spelling);
    if (!place) {
      if (tag.keyword == "struct") return find_named(tag.name, {BTF_KIND_STRUCT});
      if (tag.keyword == "union") return find_named(tag.name, {BTF_KIND_UNION});
      if (tag.keyword == "enum") return find_named(tag.name, {BTF_KIND_ENUM, BTF_KIND_ENUM64});
      return {};
    }
    const std::string module(place->module);
    const Btf* btf = module.empty() ? kernel_.btf() : kernel_.module_btf(module);
    const btf_type* type = btf ? btf->type(place->id) : nullptr;
    if (!type || !is_kind_of(tag.keyword, BTF_INFO_KIND(type->info))) return {};
    return Found{btf, module, place->id};
  }

  std::optional<Type> read_type(std::string_view name) const {
    const bool is_tagged = name.find(' ') != name.npos;
    auto found = is_tagged ? find_tagged(name) : find_named(name, {BTF_KIND_TYPEDEF, BTF_KIND_INT});
    if (!found) return {};
    Type type = found->converter().type(found->id);
    if (type.is_none()) return {};
    return type;
  }

  template<class Value, class Read>
  const Value* kept(std::map<std::string, std::optional<Value>, std::less<>>& values, std::string_view name,
                    const Read& read) const {
    auto entry = values.find(name);
    if (entry == values.end()) {
      std::optional<Value> value;
      if (auto found = find_tagged(name)) value = read(*found, std::string(name));
      entry = values.emplace(name, std::move(value)).first;
    }
    return entry->second ? &*entry->second : nullptr;
  }

  const Kernel& kernel_;
  mutable std::map<std::string, std::optional<Structure>, std::less<>> structures_;
  mutable std::map<std::string, std::optional<Enumeration>, std::less<>> enumerations_;
  mutable std::map<std::string, std::optional<Type>, std::less<>> types_;
};

} // namespace

std::shared_ptr<const TypeSource> kernel_types(const Kernel& kernel) {
  return std::make_shared<BtfTypes>(kernel);
}

static const Btf* btf_of(const Kernel& kernel, const std::string& module) {
  return module.empty() ? kernel.btf() : kernel.module_btf(module);
}

Type kernel_type(const Kernel& kernel, uint32_t btf_id, const std::string& module) {
  const Btf* btf = btf_of(kernel, module);
  return btf ? BtfConverter(*btf, module).type(btf_id) : Type();
}

BtfArgumentRules btf_argument_rules(const Kernel& kernel, uint32_t btf_id, const std::string& module) {
  const Btf* btf = btf_of(kernel, module);
  const btf_type* type = btf ? btf->type(underlying_id(*btf, btf_id)) : nullptr;
  if (!type) return {};
  const uint32_t kind = BTF_INFO_KIND(type->info);
  if (kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64) return {.is_loadable = true};
  if (kind != BTF_KIND_PTR) return {};
  const btf_type* target = btf->type(underlying_id(*btf, type->type));
  const uint32_t target_kind = target ? BTF_INFO_KIND(target->info) : uint32_t{BTF_KIND_UNKN};
  if (!target || target_kind == BTF_KIND_INT) return {.is_loadable = true};
  const bool is_structure = target_kind == BTF_KIND_STRUCT;
  return {.is_loadable = is_structure, .is_trusted = is_structure};
}

} // namespace trc
