#include "kernel/btf_query.h"

#include <utility>

#include "base/text.h"

namespace trc {
namespace {

// BTF from a file can hold cycles that no compiler makes: every walk along references ends after so many
// steps.
constexpr int kMaxDepth = 32;

/// Null for void.
const btf_type* underlying(const Btf& btf, uint32_t type_id) { return btf.type(underlying_id(btf, type_id)); }

std::string spell(const Btf& btf, uint32_t type_id, int depth);

/// "const" stands before what it modifies, but behind the star of a pointer.
std::string spell_modified(const Btf& btf, const btf_type& type, const char* word, int depth) {
  std::string inner = spell(btf, type.type, depth);
  return inner.ends_with('*') ? inner + word : std::string(word) + " " + inner;
}

std::string spell(const Btf& btf, uint32_t type_id, int depth) {
  const btf_type* type = btf.type(type_id);
  if (!type || depth > kMaxDepth) return "void";
  std::string name(btf.name(*type));
  auto tagged = [&](const char* tag) { return std::string(tag) + " " + (name.empty() ? "{…}" : name); };
  switch (BTF_INFO_KIND(type->info)) {
  case BTF_KIND_STRUCT: return tagged("struct");
  case BTF_KIND_UNION: return tagged("union");
  case BTF_KIND_FWD: return tagged(BTF_INFO_KFLAG(type->info) ? "union" : "struct");
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64: return tagged("enum");
  case BTF_KIND_PTR: {
    std::string inner = spell(btf, type->type, depth + 1);
    return inner + (inner.ends_with('*') ? "*" : " *");
  }
  case BTF_KIND_CONST: return spell_modified(btf, *type, "const", depth + 1);
  case BTF_KIND_VOLATILE: return spell_modified(btf, *type, "volatile", depth + 1);
  case BTF_KIND_RESTRICT:
  case BTF_KIND_TYPE_TAG: return spell(btf, type->type, depth + 1);
  case BTF_KIND_ARRAY: {
    const btf_array& array = *btf.members<btf_array>(*type).data();
    return spell(btf, array.type, depth + 1) + "[" + std::to_string(array.nelems) + "]";
  }
  case BTF_KIND_FUNC_PROTO: return spell(btf, type->type, depth + 1) + " (…)";
  default: return name;
  }
}

struct Found {
  uint32_t type_id;
  uint32_t bits;
};

/// Looks for one step of a path: a member of a struct or union, or of an anonymous one inside it.
class MemberSearch {
public:
  MemberSearch(const Btf& btf, std::string_view name) : btf_(btf), name_(name) {}

  std::optional<Found> in(const btf_type& type) {
    uint32_t kind = BTF_INFO_KIND(type.info);
    if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION) return {};
    const bool has_bit_fields = BTF_INFO_KFLAG(type.info);
    for (const btf_member& member : btf_.members<btf_member>(type)) {
      if (++looked_at_ > kMostMembers) return {};
      uint32_t bits = has_bit_fields ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
      std::string_view member_name = btf_.string(member.name_off);
      if (member_name == name_) {
        if (has_bit_fields && BTF_MEMBER_BITFIELD_SIZE(member.offset) != 0) return {};
        return Found{member.type, bits};
      }
      if (!member_name.empty()) continue;
      if (auto found = in_anonymous(member.type)) return Found{found->type_id, bits + found->bits};
    }
    return {};
  }

private:
  // Enough for any real struct; structs that hold themselves end here too.
  static constexpr int kMostMembers = 100'000;

  std::optional<Found> in_anonymous(uint32_t type_id) {
    const btf_type* type = underlying(btf_, type_id);
    if (!type || depth_ == kMaxDepth) return {};
    ++depth_;
    auto found = in(*type);
    --depth_;
    return found;
  }

  const Btf& btf_;
  std::string_view name_;
  int looked_at_ = 0;
  int depth_ = 0;
};

/// The prototype of the function that the kernel generates for a tracepoint and whose parameters have names.
const btf_type* named_prototype(const Btf& btf, const std::string& name) {
  for (const char* prefix : {"__traceiter_", "__probestub_", "__bpf_trace_"})
    if (auto id = btf.find(prefix + name, {BTF_KIND_FUNC})) return btf.type(btf.type(*id)->type);
  return nullptr;
}

/// The prototype behind `typedef void (*btf_trace_NAME)(void *, …)`, without parameter names.
const btf_type* nameless_prototype(const Btf& btf, uint32_t typedef_id) {
  const btf_type* pointer = underlying(btf, typedef_id);
  if (!pointer || BTF_INFO_KIND(pointer->info) != BTF_KIND_PTR) return nullptr;
  return underlying(btf, pointer->type);
}

/// The parameters of a prototype from number `first` on.
std::vector<BtfParameter> parameters_of(const Btf& btf, const btf_type& prototype, size_t first) {
  std::vector<BtfParameter> found;
  auto parameters = btf.members<btf_param>(prototype);
  for (size_t i = first; i < parameters.size(); ++i) {
    std::string given(btf.string(parameters[i].name_off));
    if (given.empty()) given = "arg" + std::to_string(i - first);
    found.push_back({std::move(given), parameters[i].type});
  }
  return found;
}

} // namespace

std::string c_spelling(const Btf& btf, uint32_t type_id) { return spell(btf, type_id, 0); }

bool is_modifier(uint32_t kind) {
  return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
         kind == BTF_KIND_TYPE_TAG;
}

uint32_t underlying_id(const Btf& btf, uint32_t type_id) {
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const btf_type* type = btf.type(type_id);
    if (!type) return 0;
    const uint32_t kind = BTF_INFO_KIND(type->info);
    if (kind != BTF_KIND_TYPEDEF && !is_modifier(kind)) return type_id;
    type_id = type->type;
  }
  return 0;
}

std::optional<uint32_t> find_struct(const Btf& btf, std::string_view name) {
  return btf.find(name, {BTF_KIND_STRUCT, BTF_KIND_UNION});
}

std::optional<uint32_t> member_offset(const Btf& btf, uint32_t struct_id, std::string_view path) {
  const btf_type* type = btf.type(struct_id);
  uint32_t bits = 0;
  for (std::string_view step : split(path, '.')) {
    auto found = type && !step.empty() ? MemberSearch(btf, step).in(*type) : std::nullopt;
    if (!found) return {};
    bits += found->bits;
    type = underlying(btf, found->type_id);
  }
  if (bits % 8 != 0) return {};
  return bits / 8;
}

std::optional<std::vector<BtfParameter>> raw_tracepoint_arguments(const Btf& btf, const std::string& name) {
  auto id = btf.find("btf_trace_" + name, {BTF_KIND_TYPEDEF});
  if (!id) return {};
  const btf_type* prototype = named_prototype(btf, name);
  if (!prototype) prototype = nameless_prototype(btf, *id);
  // The first is the context pointer of the kernel's own glue.
  std::vector<BtfParameter> arguments;
  if (prototype && BTF_INFO_KIND(prototype->info) == BTF_KIND_FUNC_PROTO)
    arguments = parameters_of(btf, *prototype, 1);
  return arguments;
}

std::optional<BtfPrototype> prototype(const Btf& btf, const std::string& function) {
  auto id = btf.find(function, {BTF_KIND_FUNC});
  return id ? prototype_of(btf, *id) : std::nullopt;
}

std::optional<BtfPrototype> prototype_of(const Btf& btf, uint32_t function_id) {
  const btf_type* function = btf.type(function_id);
  const btf_type* type = function ? btf.type(function->type) : nullptr;
  if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_FUNC_PROTO) return {};
  const uint32_t result = underlying_id(btf, type->type) == 0 ? 0 : type->type;
  return BtfPrototype{
      .function_id = function_id, .parameters = parameters_of(btf, *type, 0), .result_type_id = result};
}

} // namespace trc
