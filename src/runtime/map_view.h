// From the raw bytes of a map to what is printed of it: adds up CPUs, decodes, sorts, cuts. Touches no
// kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "output/value.h"
#include "program/manifest.h"
#include "runtime/decode.h"

namespace trc::runtime {

/// All entries of a map as they were read. An entry's value is `copies` times the map's value (one for each
/// CPU, or one), each `stride` bytes behind the one before.
struct RawMap {
  size_t count = 0;
  std::vector<std::byte> keys;
  std::vector<std::byte> values;
  size_t key_size = 0;
  size_t stride = 0;
  size_t copies = 1;

  std::span<const std::byte> key(size_t index) const {
    return std::span(keys).subspan(index * key_size, key_size);
  }
  std::span<const std::byte> value(size_t index) const {
    return std::span(values).subspan(index * stride * copies, stride * copies);
  }
};

/// What print() of a map may say about it.
struct Cut {
  uint64_t top = 0;     ///< only the last entries; 0 = all
  uint64_t divisor = 0; ///< of the values; 0 = not
};

/// In the order of language.md 6.6; entries that are equal in it by their keys. A scalar without value gives
/// its zero. Where each CPU has its own plain value, integers are added up, and of others the first that is
/// not all zero is shown.
output::MapView make_view(const MapInfo& info, const RawMap& raw, const Cut& cut, const Decoding& how = {});

} // namespace trc::runtime
