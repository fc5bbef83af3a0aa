// The order in which the entries of a map are printed (language.md 6.6): by value, then by key. Takes time
// in proportion to the number of entries, but where many keys begin alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "program/value_layout.h"

namespace trc::runtime {

/// What is known of an entry's place in the order.
struct Place {
  uint64_t rank = 0; ///< by value
  uint64_t key = 0;  ///< leading_part()
  size_t index = 0;  ///< of the entry
};

/// A number that is smaller only for smaller keys: most comparisons need no more of a key.
uint64_t leading_part(std::span<const std::byte> key, const ValueLayout& layout);

/// Whether keys of this kind stand in an order where values do not give one; others come as they are read.
bool has_order(const ValueLayout& key);

/// Sorts by rank, then by key, then by index, and keeps the last `top` (0: all). `key_of` gives the bytes of
/// an entry's key; the places come in the order of their indexes.
void put_in_order(std::vector<Place>& places, const ValueLayout& key,
                  const std::function<std::span<const std::byte>(size_t)>& key_of, uint64_t top);

} // namespace trc::runtime
