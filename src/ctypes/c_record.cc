// The part of the reader of C declarations that reads structs, unions and enumerations.
#include <algorithm>

#include "ctypes/c_layout.h"
#include "ctypes/c_parser.h"

namespace trc {
namespace {

constexpr uint64_t kMostBytes = UINT32_MAX;

} // namespace

/// A member that is read and has no place yet.
struct CParser::Pending {
  CToken name; ///< `end`: none
  const CType* type = nullptr;
  Attributes attributes;
  std::optional<uint32_t> bits;
};

/// A blank and a `<` set them apart from names of C, and "script" from those of BTF.
std::string CParser::anonymous_name(std::string_view keyword, std::string_view what) {
  return std::string(keyword) + " <" + std::string(what) + " script " + std::to_string(++anonymous_count_) +
         ">";
}

void CParser::complete_from_kernel(CRecord& record) {
  if (record.is_complete || record.kernel || record.is_anonymous || !kernel_) return;
  record.kernel = kernel_->structure(record.name);
  if (!record.kernel) return;
  record.size = record.kernel->size;
  record.alignment = std::max(record.kernel->alignment, 1U);
}

/// With the kernel's help.
std::optional<uint64_t> CParser::known_size(const CType& type) {
  const CType* innermost = &type;
  while (innermost->kind == CTypeKind::array)
    innermost = innermost->target;
  if (innermost->kind == CTypeKind::record) complete_from_kernel(*innermost->record);
  if (innermost->kind == CTypeKind::enumeration && !innermost->enumeration->is_complete && kernel_) {
    CEnumeration& made = *innermost->enumeration;
    if (const Enumeration* known = kernel_->enumeration(made.name)) {
      made.size = known->size;
      made.is_signed = known->is_signed;
      made.is_complete = true;
    }
  }
  return trc::size_of(type);
}

CRecord& CParser::find_record(const CToken& keyword, const CToken& tag) {
  const bool is_union = keyword.is("union");
  if (!tag.is_identifier()) {
    CRecord& made = types_.records.emplace_back(CRecord{
        .name = anonymous_name(keyword.text, "anonymous"), .is_union = is_union, .is_anonymous = true});
    made.place = keyword.place;
    return made;
  }
  const std::string name = std::string(keyword.text) + " " + std::string(tag.text);
  CRecord*& found = types_.record_tags[name];
  if (!found) {
    found = &types_.records.emplace_back(CRecord{.name = name, .is_union = is_union});
    found->place = tag.place;
  }
  return *found;
}

CToken CParser::tag(Attributes& around) {
  attributes(around);
  CToken name;
  if (peek().is_identifier() && !peek().is("__attribute__")) name = take();
  attributes(around);
  if (!name.is_identifier() && !peek().is("{")) unexpected(peek(), "a name or `{` belongs here");
  return name;
}

const CType* CParser::record(bool& is_inline) {
  const CToken keyword = take();
  Attributes before;
  const CToken tag = this->tag(before);
  CRecord& made = find_record(keyword, tag);
  const CToken& at = tag.is_identifier() ? tag : keyword;
  if (peek().is("{")) {
    is_inline = true;
    if (made.is_complete)
      fail(DiagnosticId::c_redefined, at, made.name,
           "the first is in " + reporter_.spelled(made.place, sources_));
    made.place = at.place;
    define_record(made, before);
  }
  return types_.make({.kind = CTypeKind::record, .record = &made});
}

void CParser::define_record(CRecord& record, Attributes before) {
  if (++depth_ > 50) fail(DiagnosticId::c_too_large, peek(), "the depth of this type");
  const CToken open = expect("{");
  const uint32_t pack = pack_;
  std::vector<Pending> made;
  while (!peek().is("}")) {
    if (peek().kind == CTokenKind::end || peek().kind == CTokenKind::piece_end)
      fail(DiagnosticId::c_unclosed, open, "{");
    members(made);
  }
  take();
  attributes(before);
  if (record.is_complete) // in its own body
    fail(DiagnosticId::c_redefined, open, record.name);
  lay_out(record, made, before, pack);
  --depth_;
}

/// One declaration of members: up to its `;`.
void CParser::members(std::vector<Pending>& made) {
  if (accept(";") || accept("__extension__")) return;
  if (peek().is("_Static_assert") || peek().is("static_assert")) {
    take();
    if (!peek().is("(")) unexpected(peek());
    skip_balanced();
    expect(";");
    return;
  }
  const Specifiers specified = specifiers();
  if (peek().is(";") || peek().is("}")) {
    // An anonymous struct or union is a member, anything else only a declaration.
    const bool is_member = specified.type->kind == CTypeKind::record && specified.is_inline_record &&
                           specified.type->record->is_anonymous;
    if (is_member)
      made.push_back({.name = {}, .type = specified.type, .attributes = specified.attributes, .bits = {}});
    accept(";");
    return;
  }
  for (;;) {
    made.push_back(member(specified));
    if (accept(";") || peek().is("}")) return;
    if (!peek().is(",")) unexpected(peek(), "a `;` ends a field");
    take();
  }
}

CParser::Pending CParser::member(const Specifiers& specified) {
  Pending made = {.name = {}, .type = specified.type, .attributes = specified.attributes, .bits = {}};
  const CToken at = peek();
  if (!peek().is(":")) {
    const Declarator one = declarator(specified, false);
    made.name = one.name;
    made.type = one.type;
    made.attributes.is_packed |= one.attributes.is_packed;
    made.attributes.alignment = std::max(made.attributes.alignment, one.attributes.alignment);
    made.attributes.mode = one.attributes.mode.empty() ? made.attributes.mode : one.attributes.mode;
    if (!made.attributes.mode.empty()) made.type = with_attributes(made.type, {.mode = made.attributes.mode});
  }
  const std::string name = made.name.is_identifier() ? std::string(made.name.text) : "";
  if (accept(":")) {
    const CType& type = *made.type;
    const bool can_have_bits = type.kind == CTypeKind::integer || type.kind == CTypeKind::boolean ||
                               type.kind == CTypeKind::enumeration;
    if (!can_have_bits || !known_size(type))
      fail(DiagnosticId::c_bad_field, at, name, "only integers have bits");
    const CValue bits = constant();
    const uint64_t most = type.kind == CTypeKind::boolean ? 1 : *known_size(type) * 8;
    if (bits.bits > most)
      fail(DiagnosticId::c_bad_field, at, name,
           "its type has " + std::to_string(most) + (most == 1 ? " bit" : " bits"));
    if (bits.bits == 0 && made.name.is_identifier())
      fail(DiagnosticId::c_bad_field, at, name, "a field needs at least one bit");
    made.bits = bits.bits;
    Attributes behind;
    attributes(behind);
    made.attributes.is_packed |= behind.is_packed;
    made.attributes.alignment = std::max(made.attributes.alignment, behind.alignment);
    return made;
  }
  const CType* type = made.type;
  if (type->kind == CTypeKind::array && !type->has_count) type = type->target; // has no bytes of its own
  if (!known_size(*type)) fail(DiagnosticId::c_incomplete_type, at, described(*type));
  return made;
}

void CParser::lay_out(CRecord& record, const std::vector<Pending>& members, const Attributes& attributes,
                      uint32_t pack) {
  CLayout layout(record.is_union, pack);
  for (const Pending& one : members) {
    const bool is_flexible = one.type->kind == CTypeKind::array && !one.type->has_count;
    const uint32_t alignment = trc::alignment_of(*one.type);
    const uint64_t bit = layout.place({.size = is_flexible ? 0 : trc::size_of(*one.type).value_or(0),
                                       .alignment = alignment,
                                       .least_alignment = one.attributes.alignment,
                                       .is_packed = one.attributes.is_packed || attributes.is_packed,
                                       .is_bit_field = one.bits.has_value(),
                                       .has_name = one.name.is_identifier(),
                                       .bits = one.bits.value_or(0)});
    if (layout.size() > kMostBytes) fail(DiagnosticId::c_too_large, one.name, "`" + record.name + "`");
    if (one.bits && !one.name.is_identifier()) continue;
    record.members.push_back({.name = one.name.text,
                              .type = one.type,
                              .bit = bit,
                              .bits = static_cast<uint8_t>(one.bits.value_or(0))});
  }
  check_names(record, members);
  layout.finish(attributes.alignment);
  record.size = layout.size();
  record.alignment = layout.alignment();
  record.is_complete = true;
  record.kernel = nullptr;
}

void CParser::check_names(CRecord& record, const std::vector<Pending>& members) {
  std::vector<std::string_view> names;
  for (const CMember& member : record.members)
    if (!member.name.empty()) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  const auto second =
      std::find_if(members.rbegin(), members.rend(), [&](const Pending& m) { return m.name.text == *twice; });
  fail(DiagnosticId::c_bad_field, second->name, std::string(*twice),
       "there is a field of this name before it");
}

const CType* CParser::enumeration() {
  const CToken keyword = take();
  Attributes before;
  const CToken tag = this->tag(before);
  CEnumeration* found = nullptr;
  if (tag.is_identifier()) {
    CEnumeration*& known = types_.enumeration_tags["enum " + std::string(tag.text)];
    if (!known)
      known = &types_.enumerations.emplace_back(CEnumeration{.name = "enum " + std::string(tag.text)});
    found = known;
  } else {
    found = &types_.enumerations.emplace_back(
        CEnumeration{.name = anonymous_name("enum", "anonymous"), .is_anonymous = true});
  }
  const CType* type = types_.make({.kind = CTypeKind::enumeration, .size = 4, .enumeration = found});
  if (!peek().is("{")) return type;
  const CToken& at = tag.is_identifier() ? tag : keyword;
  if (found->is_complete && !found->values.empty())
    fail(DiagnosticId::c_redefined, at, found->name,
         "the first is in " + reporter_.spelled(found->place, sources_));
  found->place = at.place;
  enumerators(*found, type, before.is_packed);
  return type;
}

void CParser::enumerators(CEnumeration& made, const CType* type, bool is_packed) {
  const CToken open = expect("{");
  std::vector<std::string_view> names;
  CValue value = {.bits = 0, .size = 4};
  made.is_complete =
      true; // so that its own size can be asked for; it is an int as long as nothing else is known
  while (!peek().is("}")) {
    const CToken name = take();
    if (name.kind == CTokenKind::piece_end || name.kind == CTokenKind::end)
      fail(DiagnosticId::c_unclosed, open, "{");
    if (!name.is_identifier()) unexpected(name, "a name belongs here");
    Attributes ignored;
    attributes(ignored);
    if (accept("=")) value = constant();
    const auto [known, is_new] =
        types_.enumerators.try_emplace(name.text, CEnumerator{type, static_cast<int64_t>(value.bits),
                                                              value.size, value.is_signed, name.place});
    if (!is_new)
      fail(DiagnosticId::c_redefined, name, std::string(name.text),
           "the first is in " + reporter_.spelled(known->second.place, sources_));
    names.push_back(name.text);
    made.values.push_back({std::string(name.text), static_cast<int64_t>(value.bits)});
    ++value.bits;
    if (value.size == 4 && value.bits == uint64_t{1} << (value.is_signed ? 31 : 32)) {
      value.size = 8;
      value.is_signed = true;
    }
    attributes(ignored);
    if (!peek().is("}")) expect(",");
  }
  take();
  Attributes behind;
  attributes(behind);
  finish_enumeration(made, is_packed || behind.is_packed, names);
}

/// gcc's choice: unsigned if no value is negative, of 4 bytes if they hold all; packed, of as few as hold
/// all.
void CParser::finish_enumeration(CEnumeration& made, bool is_packed,
                                 const std::vector<std::string_view>& names) {
  int64_t least = 0;
  uint64_t most = 0;
  for (const std::string_view name : names) {
    const CEnumerator& one = types_.enumerators.at(name);
    if (one.is_signed && one.value < 0)
      least = std::min(least, one.value);
    else
      most = std::max(most, static_cast<uint64_t>(one.value));
  }
  made.is_signed = least < 0;
  made.size = 8;
  for (uint32_t bytes = is_packed ? 1 : 4; bytes < 8; bytes *= 2) {
    const uint64_t limit = (uint64_t{1} << (bytes * 8 - (made.is_signed ? 1 : 0))) - 1;
    if (most > limit || (made.is_signed && -(least + 1) > static_cast<int64_t>(limit))) continue;
    made.size = bytes;
    break;
  }
  // Constants that fit an int are ints; those of a larger enumeration are of its type.
  for (const std::string_view name : names) {
    CEnumerator& one = types_.enumerators.at(name);
    const bool fits_int =
        one.value >= INT32_MIN && one.value <= INT32_MAX && (one.is_signed || one.value >= 0);
    one.size = fits_int ? 4 : made.size < 4 ? 4 : made.size;
    one.is_signed = fits_int || made.is_signed;
  }
}

} // namespace trc
