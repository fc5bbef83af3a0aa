#include "ctypes/btf_convert.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "kernel/btf_query.h"

namespace trc {
namespace {

// BTF from a file can hold cycles that no compiler makes.
constexpr int kMaxDepth = 32;
constexpr uint32_t kMostMembers = 100'000;

bool is_machine_size(uint32_t bytes) { return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8; }

/// What the language has no arithmetic for.
Type opaque_type(uint32_t bytes) { return array_type(integer_type(1, false), bytes); }

uint32_t encoding_of(const Btf& btf, const btf_type& integer) {
  return *btf.members<uint32_t>(integer).data();
}

Type integer(const Btf& btf, const btf_type& type) {
  const uint32_t encoding = BTF_INT_ENCODING(encoding_of(btf, type));
  if (!is_machine_size(type.size)) return opaque_type(type.size);
  if ((encoding & BTF_INT_BOOL) && type.size == 1) return bool_type();
  // The kernel is compiled with unsigned chars since Linux 6.2. Scripts shall not notice.
  const bool is_signed = (encoding & BTF_INT_SIGNED) || btf.name(type) == "char";
  return integer_type(type.size, is_signed);
}

bool is_char(const Btf& btf, uint32_t id) {
  const btf_type* type = btf.type(underlying_id(btf, id));
  return type && BTF_INFO_KIND(type->info) == BTF_KIND_INT && btf.name(*type) == "char";
}

const char* keyword(const btf_type& type) {
  switch (BTF_INFO_KIND(type.info)) {
  case BTF_KIND_UNION: return "union ";
  case BTF_KIND_FWD: return BTF_INFO_KFLAG(type.info) ? "union " : "struct ";
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64: return "enum ";
  default: return "struct ";
  }
}

bool is_structure(const btf_type& type) {
  const uint32_t kind = BTF_INFO_KIND(type.info);
  return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

int64_t enumerator_value(const btf_enum& value, bool is_signed) {
  return is_signed ? int64_t{value.val} : int64_t{static_cast<uint32_t>(value.val)};
}

int64_t enumerator_value(const btf_enum64& value, bool) {
  return static_cast<int64_t>(uint64_t{value.val_hi32} << 32 | value.val_lo32);
}

} // namespace

std::optional<BtfPlace> place_of(std::string_view name) {
  const size_t open = name.find('<');
  if (open == name.npos || !name.ends_with('>')) return {};
  const auto words = split(name.substr(open + 1, name.size() - open - 2), ' ');
  if (words.size() < 2 || words.size() > 3) return {};
  BtfPlace place;
  auto [end, error] = std::from_chars(words[1].data(), words[1].data() + words[1].size(), place.id);
  if (error != std::errc() || end != words[1].data() + words[1].size()) return {};
  if (words.size() == 3) place.module = words[2];
  return place;
}

std::string BtfConverter::tag_name(uint32_t id, const btf_type& type, std::string_view alias) const {
  const std::string_view own = btf_.name(type);
  const bool is_declaration = BTF_INFO_KIND(type.info) == BTF_KIND_FWD;
  if (!own.empty() && (is_declaration || !btf_.is_hidden(id))) return keyword(type) + std::string(own);
  std::string_view shown = !own.empty() ? own : alias;
  if (shown.empty()) shown = "anonymous";
  std::string name = keyword(type) + ("<" + std::string(shown)) + " " + std::to_string(id);
  if (!module_.empty() && id >= btf_.first_id()) name += " " + module_;
  return name + ">";
}

Type BtfConverter::type(uint32_t id, int depth, std::string_view alias) const {
  const btf_type* type = btf_.type(id);
  if (!type || depth > kMaxDepth) return {};
  switch (BTF_INFO_KIND(type->info)) {
  case BTF_KIND_INT: return integer(btf_, *type);
  case BTF_KIND_FLOAT: return opaque_type(type->size);
  case BTF_KIND_PTR: return pointer(*type, depth);
  case BTF_KIND_ARRAY: return array(*type, depth);
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION: return structure_type(tag_name(id, *type, alias), type->size);
  case BTF_KIND_FWD: return structure_type(tag_name(id, *type, alias), 0);
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
    if (!is_machine_size(type->size)) return opaque_type(type->size);
    return enumeration_type(tag_name(id, *type, alias), type->size, BTF_INFO_KFLAG(type->info));
  case BTF_KIND_TYPEDEF: return this->type(type->type, depth + 1, btf_.name(*type));
  case BTF_KIND_CONST:
  case BTF_KIND_VOLATILE:
  case BTF_KIND_RESTRICT:
  case BTF_KIND_TYPE_TAG: return this->type(type->type, depth + 1, alias);
  default: return {};
  }
}

bool BtfConverter::has_tag(uint32_t pointer_id, std::string_view tag) const {
  const btf_type* type = btf_.type(underlying_id(btf_, pointer_id));
  if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_PTR) return false;
  type = btf_.type(type->type);
  for (int depth = 0; type && depth < kMaxDepth; ++depth) {
    const uint32_t kind = BTF_INFO_KIND(type->info);
    if (!is_modifier(kind)) return false;
    if (kind == BTF_KIND_TYPE_TAG && btf_.name(*type) == tag) return true;
    type = btf_.type(type->type);
  }
  return false;
}

Type BtfConverter::pointer(const btf_type& type, int depth) const {
  AddressSpace space = AddressSpace::kernel;
  const btf_type* behind = btf_.type(type.type);
  for (int step = 0; behind && step < kMaxDepth && is_modifier(BTF_INFO_KIND(behind->info)); ++step) {
    if (BTF_INFO_KIND(behind->info) == BTF_KIND_TYPE_TAG && btf_.name(*behind) == "user")
      space = AddressSpace::user;
    behind = btf_.type(behind->type);
  }
  Type target = this->type(type.type, depth + 1, {});
  std::string name = target.is_none() ? c_spelling(btf_, type.type) : std::string();
  return pointer_type(space, std::move(target), std::move(name));
}

Type BtfConverter::array(const btf_type& type, int depth) const {
  const btf_array& array = *btf_.members<btf_array>(type).data();
  if (is_char(btf_, array.type) && array.nelems > 0) return string_type(array.nelems);
  Type element = this->type(array.type, depth + 1, {});
  if (element.is_none() || uint64_t{element.size} * array.nelems > UINT32_MAX) return {};
  return array_type(std::move(element), array.nelems);
}

std::optional<Field> BtfConverter::field(const btf_type& owner, const btf_member& member) const {
  Field field = {.name = std::string(btf_.string(member.name_off)), .type = type(member.type)};
  if (field.type.is_none()) return {};
  uint32_t bit = member.offset, bits = 0;
  if (BTF_INFO_KFLAG(owner.info)) {
    bit = BTF_MEMBER_BIT_OFFSET(member.offset);
    bits = BTF_MEMBER_BITFIELD_SIZE(member.offset);
  } else if (const btf_type* declared = btf_.type(underlying_id(btf_, member.type));
             declared && BTF_INFO_KIND(declared->info) == BTF_KIND_INT) {
    // Compilers of before 2019 made an integer type of its own for each bit-field.
    const uint32_t encoding = encoding_of(btf_, *declared);
    bit += BTF_INT_OFFSET(encoding);
    if (BTF_INT_BITS(encoding) != declared->size * 8 || bit % 8 != 0) bits = BTF_INT_BITS(encoding);
  }
  field.offset = bit / 8;
  if (bits == 0) {
    if (bit % 8 != 0) return {};
    field.is_per_cpu = field.type.is_pointer() && has_tag(member.type, "percpu");
    return field;
  }
  if (!field.type.is_scalar() || bits > 64) return {};
  field.first_bit = bit % 8;
  field.bits = bits;
  return field;
}

std::optional<Structure> BtfConverter::structure(uint32_t id, std::string name) const {
  const btf_type* type = btf_.type(id);
  if (!type || !is_structure(*type)) return {};
  uint32_t budget = kMostMembers;
  Structure structure = {.name = std::move(name),
                         .size = type->size,
                         .alignment = structure_alignment(*type, 0, budget),
                         .fields = {}};
  for (const btf_member& member : btf_.members<btf_member>(*type)) {
    auto made = field(*type, member);
    // Only a struct or union can be anonymous.
    if (!made || (made->name.empty() && made->type.kind != TypeKind::structure)) continue;
    structure.fields.push_back(std::move(*made));
  }
  return structure;
}

/// As C aligns it; BTF doesn't say. Where a member is not aligned, the whole is packed.
uint32_t BtfConverter::structure_alignment(const btf_type& type, int depth, uint32_t& budget) const {
  uint32_t most = 1;
  for (const btf_member& member : btf_.members<btf_member>(type)) {
    if (budget == 0) break;
    --budget;
    const uint32_t bit = BTF_INFO_KFLAG(type.info) ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
    const bool is_bit_field = BTF_INFO_KFLAG(type.info) && BTF_MEMBER_BITFIELD_SIZE(member.offset) != 0;
    const uint32_t wanted = alignment(member.type, depth + 1, budget);
    if (!is_bit_field && bit % (wanted * 8) != 0) return 1;
    most = std::max(most, wanted);
  }
  return type.size % most == 0 ? most : 1;
}

uint32_t BtfConverter::alignment(uint32_t id, int depth, uint32_t& budget) const {
  const btf_type* type = btf_.type(underlying_id(btf_, id));
  if (!type || depth > kMaxDepth) return 1;
  switch (BTF_INFO_KIND(type->info)) {
  case BTF_KIND_PTR: return 8;
  case BTF_KIND_INT:
  case BTF_KIND_FLOAT:
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64: return is_machine_size(type->size) || type->size == 16 ? type->size : 1;
  case BTF_KIND_ARRAY: return alignment(btf_.members<btf_array>(*type).data()->type, depth + 1, budget);
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION: return structure_alignment(*type, depth, budget);
  default: return 1;
  }
}

std::optional<Enumeration> BtfConverter::enumeration(uint32_t id, std::string name) const {
  const btf_type* type = btf_.type(id);
  const uint32_t kind = type ? BTF_INFO_KIND(type->info) : uint32_t{BTF_KIND_UNKN};
  const bool is_wide = kind == BTF_KIND_ENUM64;
  if ((kind != BTF_KIND_ENUM && !is_wide) || BTF_INFO_VLEN(type->info) == 0) return {};
  Enumeration made = {.name = std::move(name),
                      .size = type->size,
                      .is_signed = static_cast<bool>(BTF_INFO_KFLAG(type->info)),
                      .values = {}};
  auto add = [&](const auto& values) {
    for (const auto& value : values)
      made.values.push_back(
          {std::string(btf_.string(value.name_off)), enumerator_value(value, made.is_signed)});
  };
  if (is_wide)
    add(btf_.members<btf_enum64>(*type));
  else
    add(btf_.members<btf_enum>(*type));
  return made;
}

TypeSource::Constant BtfConverter::constant(Btf::Enumerator place) const {
  const btf_type& type = *btf_.type(place.id);
  const bool is_signed = BTF_INFO_KFLAG(type.info);
  const int64_t value = BTF_INFO_KIND(type.info) == BTF_KIND_ENUM64
                            ? enumerator_value(btf_.members<btf_enum64>(type)[place.index], is_signed)
                            : enumerator_value(btf_.members<btf_enum>(type)[place.index], is_signed);
  return {this->type(place.id), value};
}

} // namespace trc
