// From the raw bytes of a map to what is printed of it: adds up CPUs, decodes, sorts, cuts. Touches no
// kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "output/value.h"
#include "program/manifest.h"
#include "runtime/decode.h"
#include "runtime/map_order.h"

namespace trc::runtime {

/// Entries of a map as they were read: all, or a batch of them. An entry's value is `copies` times the map's
/// value (one for each CPU, or one), each `stride` bytes behind the one before.
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

/// Puts what is read of a map into the order of language.md 6.6 and hands it on in parts; entries that are
/// equal in it by their keys. A scalar without value gives its zero. Where each CPU has its own plain value,
/// integers are added up, and of others the first that is not all zero is shown. A large map whose entries
/// have no order is handed on as it comes.
class MapListing {
public:
  using Show = std::function<void(const output::MapView& part)>;
  MapListing(const MapInfo& info, const Cut& cut, const Decoding& how, Show show);

  /// Takes what it needs of some entries.
  void add(const RawMap& batch);
  /// There are no more.
  void end();

private:
  void show_all();
  void show_part(std::span<const Place> places);

  const MapInfo& info_;
  Cut cut_;
  const Decoding& how_;
  Show show_;
  bool keeps_values_; ///< and not just the numbers that they stand for
  bool in_any_order_;
  RawMap kept_;
  std::vector<Place> places_; ///< of what is in kept_
  output::MapView view_;      ///< the part that is shown next, its memory used again
};

/// The same in one part.
output::MapView make_view(const MapInfo& info, const RawMap& raw, const Cut& cut, const Decoding& how = {});

} // namespace trc::runtime
