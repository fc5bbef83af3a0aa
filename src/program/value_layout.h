// Where a value lies in bytes that the kernel hands over, and what it means. Plain data: the run time decodes
// keys, map values and event fields by it and knows nothing of the language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "program/presentation.h"

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
  packed_buffer, ///< the same of a buffer
  tuple,         ///< with `names`: a record
  enumeration,   ///< an integer; `enumerators` names its values
  array,         ///< `elements` holds the layout of the first element; size / its size elements
  buffer,        ///< a u32 with the number of bytes, then room for size - 4
  structure,     ///< `elements` with `names`: a C struct or union
  // Aggregations. Sizes and fields are those of one CPU; see aggregation.h.
  count,
  sum,
  min,
  max,
  avg,
  hist,  ///< parameters: {bits}
  lhist, ///< parameters: {min, max, step}
  stats,
  quantile,
  tseries, ///< parameters: {interval in ns, number of intervals, SeriesOf}
};

struct EnumeratorName {
  int64_t value = 0;
  std::string name;

  bool operator==(const EnumeratorName&) const = default;
};

struct ValueLayout {
  ValueKind kind = ValueKind::none;
  bool is_signed = false;
  uint32_t offset = 0; ///< from the start of the key, value or event that holds it
  uint32_t size = 0;
  /// Bit-fields: which bits of the bytes at `offset`, little-endian; `bits` 0 for all others.
  uint8_t first_bit = 0, bits = 0;
  std::vector<ValueLayout> elements; ///< tuple, structure, array; their offsets count from its start
  std::vector<std::string> names;    ///< of the elements of records and structures; "" of anonymous members
  std::vector<EnumeratorName> enumerators;
  std::vector<int64_t> parameters;
  Presentation presentation = Presentation::none; ///< of a tuple

  bool operator==(const ValueLayout&) const = default;
};

/// Whether its bytes stand behind an event's fixed part.
inline bool is_packed(const ValueLayout& field) {
  return field.kind == ValueKind::packed_string || field.kind == ValueKind::packed_buffer;
}

} // namespace trc
