#include "kernel/btf_declare.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "kernel/btf.h"
#include "kernel/btf_query.h"

namespace trc {
namespace {

// BTF from a file can hold cycles that no compiler makes.
constexpr int kMaxDepth = 32;

struct Tag {
  uint32_t kind;
  std::string_view word;
};
constexpr Tag kTags[] = {{BTF_KIND_STRUCT, "struct"},
                         {BTF_KIND_UNION, "union"},
                         {BTF_KIND_ENUM, "enum"},
                         {BTF_KIND_ENUM64, "enum"}};

std::string_view tag_of(uint32_t kind) {
  auto found = std::ranges::find(kTags, kind, &Tag::kind);
  return found == std::end(kTags) ? std::string_view() : found->word;
}

class Writer {
public:
  explicit Writer(const Btf& btf) : btf_(btf) {}

  /// The members between braces; nothing for a type without any.
  std::string body(const btf_type& type, int depth) {
    const std::string indent(4 * (depth + 1), ' ');
    std::string text = "{\n";
    const uint32_t kind = BTF_INFO_KIND(type.info);
    if (kind == BTF_KIND_ENUM) {
      for (const btf_enum& one : btf_.members<btf_enum>(type))
        text += indent + std::string(btf_.string(one.name_off)) + " = " +
                (BTF_INFO_KFLAG(type.info) ? std::to_string(one.val)
                                           : std::to_string(static_cast<uint32_t>(one.val))) +
                ",\n";
    } else if (kind == BTF_KIND_ENUM64) {
      for (const btf_enum64& one : btf_.members<btf_enum64>(type)) {
        const uint64_t value = one.val_lo32 | static_cast<uint64_t>(one.val_hi32) << 32;
        text += indent + std::string(btf_.string(one.name_off)) + " = " +
                (BTF_INFO_KFLAG(type.info) ? std::to_string(static_cast<int64_t>(value))
                                           : std::to_string(value)) +
                ",\n";
      }
    } else {
      for (const btf_member& member : btf_.members<btf_member>(type)) {
        const bool has_bits = BTF_INFO_KFLAG(type.info);
        const uint32_t bits = has_bits ? BTF_MEMBER_BITFIELD_SIZE(member.offset) : 0;
        text += indent + declare(member.type, std::string(btf_.string(member.name_off)), depth + 1) +
                (bits ? " : " + std::to_string(bits) : "") + ";\n";
      }
    }
    return text + std::string(4 * depth, ' ') + "}";
  }

private:
  /// C writes a declaration around its name, from the inside out.
  std::string declare(uint32_t id, std::string declarator, int depth) {
    const btf_type* type = btf_.type(id);
    if (!type || depth > kMaxDepth) return joined("void", declarator);
    const std::string name(btf_.name(*type));
    switch (const uint32_t kind = BTF_INFO_KIND(type->info)) {
    case BTF_KIND_PTR: {
      const btf_type* target = btf_.type(type->type);
      const uint32_t to = target ? BTF_INFO_KIND(target->info) : uint32_t{BTF_KIND_UNKN};
      declarator.insert(0, "*");
      if (to == BTF_KIND_ARRAY || to == BTF_KIND_FUNC_PROTO) declarator = "(" + declarator + ")";
      return declare(type->type, declarator, depth + 1);
    }
    case BTF_KIND_ARRAY: {
      const btf_array& array = *btf_.members<btf_array>(*type).data();
      return declare(array.type, declarator + "[" + (array.nelems ? std::to_string(array.nelems) : "") + "]",
                     depth + 1);
    }
    case BTF_KIND_FUNC_PROTO: return declare(type->type, declarator + parameters(*type, depth), depth + 1);
    case BTF_KIND_CONST:
      // `const` of a pointer stands behind its star.
      if (const btf_type* of = btf_.type(type->type); of && BTF_INFO_KIND(of->info) == BTF_KIND_PTR)
        return declare(type->type, declarator.empty() ? "const" : "const " + declarator, depth + 1);
      return "const " + declare(type->type, declarator, depth + 1);
    case BTF_KIND_VOLATILE: return "volatile " + declare(type->type, declarator, depth + 1);
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG: return declare(type->type, declarator, depth + 1);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      if (name.empty()) return joined(std::string(tag_of(kind)) + " " + body(*type, depth), declarator);
      return joined(std::string(tag_of(kind)) + " " + name, declarator);
    case BTF_KIND_FWD: return joined((BTF_INFO_KFLAG(type->info) ? "union " : "struct ") + name, declarator);
    default: return joined(name.empty() ? "void" : name, declarator);
    }
  }

  std::string parameters(const btf_type& prototype, int depth) {
    std::string text;
    for (const btf_param& parameter : btf_.members<btf_param>(prototype))
      text += (text.empty() ? "" : ", ") +
              (parameter.type == 0
                   ? "..."
                   : declare(parameter.type, std::string(btf_.string(parameter.name_off)), depth + 1));
    return "(" + (text.empty() ? "void" : text) + ")";
  }

  static std::string joined(std::string type, const std::string& declarator) {
    if (!declarator.empty()) type.append(" ").append(declarator);
    return type;
  }

  const Btf& btf_;
};

/// Each name once: of several types with one name the first one counts, as in scripts.
void find_in(const Btf& btf, const std::string& object, std::string_view pattern,
             std::map<std::string, NamedDefinition>& found) {
  for (const Tag& tag : kTags) {
    const std::string word = std::string(tag.word) + " ";
    if (!pattern.starts_with(word)) continue;
    const std::string_view name = pattern.substr(word.size());
    const std::string_view start = name.substr(0, name.find('*'));
    for (const Btf::Named& named : btf.with_prefix(start, tag.kind))
      if (!named.name.empty() && glob_match(name, named.name))
        found.try_emplace(word + std::string(named.name),
                          NamedDefinition{object, c_definition(btf, named.id)});
  }
}

} // namespace

std::string c_definition(const Btf& btf, uint32_t type_id) {
  const btf_type* type = btf.type(type_id);
  if (!type) return {};
  return std::string(tag_of(BTF_INFO_KIND(type->info))) + " " + std::string(btf.name(*type)) + " " +
         Writer(btf).body(*type, 0) + ";";
}

std::vector<NamedDefinition> find_definitions(const Kernel& kernel, std::string_view pattern) {
  std::map<std::string, NamedDefinition> found;
  if (const Btf* btf = kernel.btf()) find_in(*btf, "vmlinux", pattern, found);
  // Modules are opened only for what the kernel itself has not.
  if (found.empty() || has_wildcard(pattern))
    for (const std::string& module : kernel.btf_modules())
      if (const Btf* btf = kernel.module_btf(module)) find_in(*btf, module, pattern, found);
  std::vector<NamedDefinition> sorted;
  for (auto& [name, definition] : found)
    sorted.push_back(std::move(definition));
  return sorted;
}

} // namespace trc
