#include "ctypes/c_layout.h"

#include <algorithm>

namespace trc {
namespace {

uint64_t round_up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

} // namespace

uint64_t CLayout::place(const Member& member) {
  if (member.is_bit_field) return place_bit_field(member);
  uint32_t alignment = member.is_packed ? 1 : member.alignment;
  alignment = std::max(alignment, member.least_alignment);
  if (most_alignment_ != 0) alignment = std::min(alignment, most_alignment_);
  alignment_ = std::max(alignment_, alignment);
  const uint64_t begin = is_union_ ? 0 : round_up(bits_, uint64_t{alignment} * 8);
  bits_ = std::max(bits_, begin + member.size * 8);
  return begin;
}

/// A bit-field must not cross more units of its type's alignment than its type itself does, and gives the
/// whole its type's alignment if it has a name. Packed ones follow bit by bit. One of no bits goes to the
/// next unit, whatever is packed.
uint64_t CLayout::place_bit_field(const Member& member) {
  uint32_t type_alignment = member.alignment;
  if (most_alignment_ != 0) type_alignment = std::min(type_alignment, most_alignment_);
  const uint64_t unit = uint64_t{type_alignment} * 8;
  uint64_t begin = is_union_ ? 0 : bits_;
  uint32_t own = member.least_alignment;
  if (most_alignment_ != 0) own = std::min(own, most_alignment_);
  if (own != 0) begin = round_up(begin, uint64_t{own} * 8);
  if (member.bits == 0) {
    begin = round_up(begin, uint64_t{member.alignment} * 8);
  } else if (!member.is_packed && most_alignment_ == 0) {
    if ((begin % unit + member.bits + unit - 1) / unit > member.size * 8 / unit)
      begin = round_up(begin, unit);
  }
  // gcc lets `#pragma pack` win over `packed` here.
  if (member.is_packed && most_alignment_ == 0) type_alignment = 1;
  if (member.has_name) alignment_ = std::max({alignment_, own, type_alignment});
  bits_ = std::max(bits_, begin + member.bits);
  return begin;
}

void CLayout::finish(uint32_t least_alignment) {
  alignment_ = std::max(alignment_, least_alignment);
  bits_ = round_up(bits_, uint64_t{alignment_} * 8);
}

} // namespace trc
