// What the CPUs together have of a value: adds up, or picks, what each of them keeps of an aggregation
// (program/aggregation.h), and makes of it what is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "output/value.h"
#include "program/value_layout.h"
#include "runtime/decode.h"

namespace trc::runtime {

/// A value as it was read: once for each CPU, `stride` bytes apart, or once.
struct Copies {
  std::span<const std::byte> bytes;
  size_t stride = 0;
  size_t count = 1; ///< of CPUs; 1 where they share one value

  /// 0 if it lies outside.
  uint64_t word(size_t copy, size_t index) const;
  /// Of all CPUs.
  uint64_t total(size_t index) const;
  std::span<const std::byte> copy(size_t index) const;
  /// Of plain values: that of the first CPU that has one.
  std::span<const std::byte> first_set() const;
};

inline bool is_histogram(ValueKind kind) { return kind == ValueKind::hist || kind == ValueKind::lhist; }

/// Whether number_of() is a signed number: of what is ordered by how many values went into it, it is none.
inline bool is_ordered_signed(const ValueLayout& layout) {
  return layout.is_signed && !is_histogram(layout.kind) && layout.kind != ValueKind::quantile;
}

/// Signed values in the order of unsigned ones.
uint64_t rank_of(uint64_t value, bool is_signed);

/// The number by which entries are ordered; it is what is printed of a value that is one number. 0 for what
/// has no order of its own.
uint64_t number_of(const Copies& copies, const ValueLayout& layout);

/// What is printed. `number` is that of number_of(); what `divisor`, if it is not 0, divides is told in
/// language.md 6.5; of a time series it divides each value.
output::Value value_of(const Copies& copies, const ValueLayout& layout, uint64_t number, uint64_t divisor,
                       const Decoding& how);

} // namespace trc::runtime
