// Bucket arithmetic of the histograms and the sizes of aggregations. What a bucket prints like is
// output/histogram.cc's.
#include "program/aggregation.h"

#include <bit>

#include "base/check.h"

namespace trc {
namespace {

constexpr uint32_t kWord = 8;
constexpr uint32_t kMaxBits = 16; // far above what a script may ask for; keeps the shifts defined

} // namespace

uint32_t hist_buckets(uint32_t bits) {
  TRC_CHECK(bits <= kMaxBits, "hist() with more bits than 64-bit values allow");
  return ((64 - bits) << bits) + 1;
}

uint32_t hist_bucket(int64_t value, uint32_t bits) {
  if (value < 0) return 0;
  auto n = static_cast<uint64_t>(value);
  if (n >> bits == 0) return static_cast<uint32_t>(n) + 1;
  uint32_t log = std::bit_width(n) - 1;
  uint64_t in_power = (n >> (log - bits)) & ((uint64_t{1} << bits) - 1);
  return ((log - bits + 1) << bits) + static_cast<uint32_t>(in_power) + 1;
}

BucketBounds hist_bounds(uint32_t bucket, uint32_t bits) {
  if (bucket == 0) return {std::nullopt, 0};
  uint32_t index = bucket - 1;
  if (index >> (bits + 1) == 0) return {index, int64_t{index} + 1};
  uint32_t shift = (index >> bits) - 1;
  uint64_t leading = (uint64_t{1} << bits) + (index & ((1U << bits) - 1));
  uint64_t low = leading << shift;
  uint64_t high = low + (uint64_t{1} << shift);
  BucketBounds bounds{static_cast<int64_t>(low), std::nullopt};
  if (high <= static_cast<uint64_t>(INT64_MAX)) bounds.high = static_cast<int64_t>(high);
  return bounds;
}

// The distance of two int64 may exceed int64: it is taken unsigned.
static uint64_t lhist_steps(int64_t min, int64_t max, int64_t step) {
  TRC_CHECK(step > 0 && max > min, "lhist() with an empty range");
  return (static_cast<uint64_t>(max) - static_cast<uint64_t>(min)) / static_cast<uint64_t>(step);
}

uint32_t lhist_buckets(int64_t min, int64_t max, int64_t step) {
  return static_cast<uint32_t>(lhist_steps(min, max, step) + 2);
}

BucketBounds lhist_bounds(uint32_t bucket, int64_t min, int64_t max, int64_t step) {
  if (bucket == 0) return {std::nullopt, min};
  // Where the range is no multiple of the step, the last bucket begins at the last whole step below max: the
  // code counts those values there, so the label says so.
  auto offset = (uint64_t{bucket} - 1) * static_cast<uint64_t>(step);
  auto low = static_cast<int64_t>(static_cast<uint64_t>(min) + offset);
  if (bucket > lhist_steps(min, max, step)) return {low, std::nullopt};
  return {low, low + step};
}

/// Of magnitudes of up to so many bits.
static uint32_t magnitude_buckets(uint32_t bits) { return (bits - kQuantileBits + 1) << kQuantileBits; }

static uint32_t magnitude_bucket(uint64_t magnitude) {
  if (magnitude >> kQuantileBits == 0) return static_cast<uint32_t>(magnitude);
  const uint32_t above = std::bit_width(magnitude) - 1 - kQuantileBits;
  const uint64_t row = (magnitude >> above) & ((1U << kQuantileBits) - 1);
  return ((above + 1) << kQuantileBits) + static_cast<uint32_t>(row);
}

static uint64_t magnitude_middle(uint32_t bucket) {
  if (bucket >> kQuantileBits == 0) return bucket;
  const uint32_t above = (bucket >> kQuantileBits) - 1;
  const uint64_t leading = (1U << kQuantileBits) + (bucket & ((1U << kQuantileBits) - 1));
  return (leading << above) + (((uint64_t{1} << above) - 1) >> 1);
}

uint32_t quantile_buckets(bool is_signed) {
  return is_signed ? 2 * magnitude_buckets(63) : magnitude_buckets(64);
}

// A negative value has the magnitude -value - 1, which fits 63 bits.
uint32_t quantile_bucket(uint64_t value, bool is_signed) {
  if (!is_signed) return magnitude_bucket(value);
  const uint32_t half = magnitude_buckets(63);
  const bool is_negative = static_cast<int64_t>(value) < 0;
  return is_negative ? half - 1 - magnitude_bucket(~value) : half + magnitude_bucket(value);
}

uint64_t quantile_middle(uint32_t bucket, bool is_signed) {
  if (!is_signed) return magnitude_middle(bucket);
  const uint32_t half = magnitude_buckets(63);
  return bucket < half ? ~magnitude_middle(half - 1 - bucket) : magnitude_middle(bucket - half);
}

uint64_t merit_of(uint64_t value, bool is_signed, bool is_max) {
  constexpr uint64_t kSignBit = uint64_t{1} << 63;
  const uint64_t rank = is_signed ? value ^ kSignBit : value; // signed values in the order of unsigned ones
  return is_max ? rank : ~rank;
}

uint32_t series_words(SeriesOf of) { return of == SeriesOf::avg || of == SeriesOf::last ? 3 : 2; }

uint32_t aggregation_size(ValueKind kind, const std::vector<int64_t>& parameters) {
  switch (kind) {
  case ValueKind::count:
  case ValueKind::sum: return kWord;
  case ValueKind::min:
  case ValueKind::max:
  case ValueKind::avg:
  case ValueKind::stats: return 2 * kWord;
  case ValueKind::hist:
    TRC_CHECK(parameters.size() == 1, "hist takes {bits}");
    return kWord * hist_buckets(static_cast<uint32_t>(parameters[0]));
  case ValueKind::lhist:
    TRC_CHECK(parameters.size() == 3, "lhist takes {min, max, step}");
    return kWord * lhist_buckets(parameters[0], parameters[1], parameters[2]);
  case ValueKind::quantile:
    TRC_CHECK(parameters.size() == 1, "quantile takes {is_signed}");
    return kWord * (kQuantileHead + quantile_buckets(parameters[0] != 0));
  case ValueKind::tseries:
    TRC_CHECK(parameters.size() == 3, "tseries takes {interval, intervals, SeriesOf}");
    return kWord * series_words(static_cast<SeriesOf>(parameters[2])) * static_cast<uint32_t>(parameters[1]);
  default: return 0;
  }
}

} // namespace trc
