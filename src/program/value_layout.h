// Where a value lies in bytes that the kernel hands over, and what it means. Plain data: the run time decodes
// keys, map values and event fields by it and knows nothing of the language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trc {

enum class ValueKind : uint8_t {
  none,
  boolean,
  integer,
  pointer,
  string, ///< `size` bytes ended by NUL unless full; a full one was cut
  /// In an event only: at `offset` a u32 with the number of bytes; the bytes stand behind the event's fixed
  /// part, those of the first packed field first. `size` is the most there can be; that many means it was
  /// cut.
  packed_string,
  tuple,
  // Aggregations. Sizes and fields are those of one CPU; see aggregation.h.
  count,
  sum,
  min,
  max,
  avg,
  hist,  ///< parameters: {bits}
  lhist, ///< parameters: {min, max, step}
};

struct ValueLayout {
  ValueKind kind = ValueKind::none;
  bool is_signed = false;
  uint32_t offset = 0; ///< from the start of the key, value or event that holds it
  uint32_t size = 0;
  std::vector<ValueLayout> elements; ///< tuple; their offsets count from the tuple's start
  std::vector<int64_t> parameters;

  bool operator==(const ValueLayout&) const = default;
};

} // namespace trc
