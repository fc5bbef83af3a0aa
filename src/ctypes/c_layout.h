// Where the members of a struct or union lie: the System V ABI for x86-64, with gcc's attributes.
#pragma once

#include <cstdint>

namespace trc {

class CLayout {
public:
  /// `most_alignment`: of `#pragma pack(N)`; 0: none.
  CLayout(bool is_union, uint32_t most_alignment) : is_union_(is_union), most_alignment_(most_alignment) {}

  struct Member {
    uint64_t size = 0;            ///< bytes of its type
    uint32_t alignment = 1;       ///< of its type
    uint32_t least_alignment = 0; ///< its own `aligned(N)`, or 0
    bool is_packed = false;
    bool is_bit_field = false, has_name = true;
    uint32_t bits = 0; ///< of a bit-field
  };
  /// Gives the bit at which it begins.
  uint64_t place(const Member& member);
  /// With the `aligned(N)` of the whole, or 0.
  void finish(uint32_t least_alignment);
  uint64_t size() const { return bits_ / 8; }
  uint32_t alignment() const { return alignment_; }

private:
  uint64_t place_bit_field(const Member& member);

  bool is_union_;
  uint32_t most_alignment_;
  uint64_t bits_ = 0; ///< up to where it is filled
  uint32_t alignment_ = 1;
};

} // namespace trc
