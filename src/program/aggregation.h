// The memory of an aggregation on one CPU, shared by the code generator that writes it and the run time that
// adds the CPUs up. All words are 64 bits:
//   count, sum   {total}
//   min, max     {merit, is_set}
//   avg, stats   {total, count}
//   hist, lhist  {count of bucket 0, 1, …}
//   quantile     {merit of the largest, is_set, count of bucket 0, 1, …}
//   tseries      for each interval {epoch, value} for sum, min and max; {epoch, total, count} for avg;
//   {epoch, value,
//                time} for the last value
// A merit is larger for what min() or max() prefers, and 0 for what it likes least: memory that is zero needs
// no preparation, and whoever raises it can be interrupted anywhere. See merit_of().
//
// The interval of a time series to which a moment belongs has the number, its epoch, of nanoseconds since
// boot / interval
// + 1, so that 0 is none; it lies in the place epoch % number of intervals, until that place is needed for a
// later one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "program/value_layout.h"

namespace trc {

/// Buckets of hist(n, bits): negative, then 2^(bits+1) single values, then 2^bits a power of two up to 2^63.
uint32_t hist_buckets(uint32_t bits);
/// Bucket of a value; the code generator emits the same computation.
uint32_t hist_bucket(int64_t value, uint32_t bits);
/// Half-open bounds of a bucket; no lower bound for bucket 0, no upper one for the last when it would
/// overflow.
struct BucketBounds {
  std::optional<int64_t> low;
  std::optional<int64_t> high;
};
BucketBounds hist_bounds(uint32_t bucket, uint32_t bits);

/// Buckets of lhist(n, min, max, step): below min, the steps, from max on.
uint32_t lhist_buckets(int64_t min, int64_t max, int64_t step);
BucketBounds lhist_bounds(uint32_t bucket, int64_t min, int64_t max, int64_t step);

/// Buckets of quantile(n): 32 for each power of two, so that a bucket's middle is at most 1/64 of itself away
/// from what is in it. Those of negative numbers, of the largest magnitude first, stand before the others.
uint32_t quantile_buckets(bool is_signed);
/// Bucket of a value, 64 bits with the sign that is_signed says; the code generator emits the same
/// computation.
uint32_t quantile_bucket(uint64_t value, bool is_signed);
/// The value in the middle of a bucket.
uint64_t quantile_middle(uint32_t bucket, bool is_signed);
/// As many leading bits of a magnitude, without the first one, tell its bucket.
constexpr uint32_t kQuantileBits = 5;
/// Words before the first bucket.
constexpr uint32_t kQuantileHead = 2;

/// The number that min() or max() keeps for a value, and back again: it is its own inverse.
uint64_t merit_of(uint64_t value, bool is_signed, bool is_max);

/// What tseries() shows of the values in an interval.
enum class SeriesOf : uint8_t { last, avg, max, min, sum };
/// Words of an interval in a time series' memory.
uint32_t series_words(SeriesOf of);

/// Bytes of an aggregation's memory on one CPU.
uint32_t aggregation_size(ValueKind kind, const std::vector<int64_t>& parameters);

} // namespace trc
