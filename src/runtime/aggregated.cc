// See aggregated.h.
#include "runtime/aggregated.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "program/aggregation.h"

namespace trc::runtime {

using Bytes = std::span<const std::byte>;

uint64_t Copies::word(size_t copy, size_t index) const {
  uint64_t value = 0;
  const size_t at = copy * stride + index * sizeof value;
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

uint64_t Copies::total(size_t index) const {
  uint64_t sum = 0;
  for (size_t copy = 0; copy < count; ++copy)
    sum += word(copy, index);
  return sum;
}

Bytes Copies::copy(size_t index) const { return bytes.subspan(std::min(index * stride, bytes.size())); }

Bytes Copies::first_set() const {
  for (size_t i = 0; count > 1 && i < count; ++i) {
    const Bytes value = copy(i).first(std::min(stride, copy(i).size()));
    if (std::ranges::any_of(value, [](std::byte byte) { return byte != std::byte{0}; })) return value;
  }
  return bytes;
}

uint64_t rank_of(uint64_t value, bool is_signed) { return is_signed ? value ^ (uint64_t{1} << 63) : value; }

namespace {

uint64_t divide(uint64_t value, uint64_t by, bool is_signed) {
  if (by == 0) return value;
  if (!is_signed) return value / by;
  // A divisor beyond int64 is larger than any value. The smallest value divided by -1 would overflow; that
  // needs a divisor of 2^64-1, which is beyond.
  if (by > static_cast<uint64_t>(INT64_MAX)) return 0;
  return static_cast<uint64_t>(static_cast<int64_t>(value) / static_cast<int64_t>(by));
}

uint64_t extreme(const Copies& copies, const ValueLayout& layout) {
  bool is_set = false;
  uint64_t best = 0;
  for (size_t copy = 0; copy < copies.count; ++copy) {
    best = std::max(best, copies.word(copy, 0));
    is_set = is_set || copies.word(copy, 1) != 0;
  }
  return is_set ? merit_of(best, layout.is_signed, layout.kind == ValueKind::max) : 0;
}

uint64_t average(const Copies& copies, const ValueLayout& layout) {
  return divide(copies.total(0), copies.total(1), layout.is_signed);
}

uint64_t integer_total(const Copies& copies, const ValueLayout& layout) {
  uint64_t sum = 0;
  for (size_t i = 0; i < copies.count; ++i)
    sum += read_integer(copies.copy(i), layout).value_or(0);
  return sum;
}

BucketBounds bounds_of(const ValueLayout& layout, uint32_t bucket) {
  const std::vector<int64_t>& p = layout.parameters;
  if (layout.kind == ValueKind::hist) return hist_bounds(bucket, static_cast<uint32_t>(p.at(0)));
  return lhist_bounds(bucket, p.at(0), p.at(1), p.at(2));
}

output::Histogram histogram_of(const Copies& copies, const ValueLayout& layout, uint64_t divisor) {
  output::Histogram histogram;
  histogram.linear = layout.kind == ValueKind::lhist;
  if (histogram.linear) histogram.step = layout.parameters.at(2);
  std::vector<uint64_t> counts(layout.size / sizeof(uint64_t));
  for (size_t i = 0; i < counts.size(); ++i)
    counts[i] = divide(copies.total(i), histogram.linear ? 0 : divisor, false);
  auto filled = [](uint64_t count) { return count != 0; };
  auto first = std::find_if(counts.begin(), counts.end(), filled);
  auto last = std::find_if(counts.rbegin(), counts.rend(), filled).base();
  for (auto it = first; it < last; ++it) {
    BucketBounds bounds = bounds_of(layout, static_cast<uint32_t>(it - counts.begin()));
    histogram.rows.push_back({bounds.low, bounds.high, *it});
  }
  return histogram;
}

output::Value number_value(uint64_t number, bool is_signed) {
  if (is_signed) return {static_cast<int64_t>(number)};
  return {number};
}

output::Stats stats_of(const Copies& copies, const ValueLayout& layout, uint64_t mean, uint64_t divisor) {
  output::Stats stats;
  stats.record.names = {"count", "average", "total"};
  stats.record.values = {number_value(copies.total(1), false),
                         number_value(divide(mean, divisor, layout.is_signed), layout.is_signed),
                         number_value(copies.total(0), layout.is_signed)};
  return stats;
}

/// The smallest of the values that as many of them reach as `share` thousandths are; by the counts of
/// buckets, each of which stands for the value in its middle.
uint64_t quantile_of(const std::vector<uint64_t>& counts, uint64_t total, uint64_t share, bool is_signed) {
  // Rounded up, and without an overflow.
  const uint64_t wanted = total / 1000 * share + (total % 1000 * share + 999) / 1000;
  uint64_t seen = 0;
  for (size_t i = 0; i < counts.size(); ++i)
    if ((seen += counts[i]) >= wanted && counts[i] != 0)
      return quantile_middle(static_cast<uint32_t>(i), is_signed);
  return 0;
}

output::Stats quantiles_of(const Copies& copies, const ValueLayout& layout, uint64_t total,
                           uint64_t divisor) {
  static constexpr std::pair<const char*, uint64_t> kShares[] = {
      {"p50", 500}, {"p90", 900}, {"p99", 990}, {"p99.9", 999}};
  const bool is_signed = layout.is_signed;
  std::vector<uint64_t> counts(quantile_buckets(is_signed));
  for (size_t i = 0; i < counts.size(); ++i)
    counts[i] = copies.total(kQuantileHead + i);
  ValueLayout largest = layout;
  largest.kind = ValueKind::max;
  const uint64_t max = extreme(copies, largest);
  output::Stats stats{.record = {}, .type = "quantile"};
  auto add = [&](const char* name, uint64_t value) {
    stats.record.names.emplace_back(name);
    stats.record.values.push_back(number_value(divide(value, divisor, is_signed), is_signed));
  };
  stats.record.names.emplace_back("count");
  stats.record.values.push_back(number_value(total, false));
  for (const auto& [name, share] : kShares) {
    // The middle of the last bucket may lie above all that is in it.
    const uint64_t value = quantile_of(counts, total, share, is_signed);
    add(name, rank_of(value, is_signed) > rank_of(max, is_signed) ? max : value);
  }
  add("max", max);
  return stats;
}

/// What the CPUs have of one interval.
struct Interval {
  uint64_t value = 0, second = 0;

  void add(SeriesOf of, uint64_t other, uint64_t other_second) {
    switch (of) {
    case SeriesOf::sum:
    case SeriesOf::avg:
      value += other;
      second += other_second;
      return;
    case SeriesOf::min:
    case SeriesOf::max: value = std::max(value, other); return;
    case SeriesOf::last:
      if (other_second < second) return;
      value = other;
      second = other_second;
      return;
    }
  }
  uint64_t shown(SeriesOf of, bool is_signed) const {
    if (of == SeriesOf::avg) return divide(value, second, is_signed);
    if (of == SeriesOf::min || of == SeriesOf::max) return merit_of(value, is_signed, of == SeriesOf::max);
    return value;
  }
};

output::TimeSeries series_of(const Copies& copies, const ValueLayout& layout, uint64_t divisor,
                             int64_t boot_time) {
  const int64_t interval = layout.parameters.at(0);
  const auto count = static_cast<uint64_t>(layout.parameters.at(1));
  const auto of = static_cast<SeriesOf>(layout.parameters.at(2));
  const uint32_t words = series_words(of);
  std::map<uint64_t, Interval> intervals; // by epoch
  for (size_t copy = 0; copy < copies.count; ++copy) {
    for (size_t at = 0; at < count * words; at += words) {
      const uint64_t epoch = copies.word(copy, at);
      if (epoch == 0) continue;
      intervals[epoch].add(of, copies.word(copy, at + 1), words > 2 ? copies.word(copy, at + 2) : 0);
    }
  }
  output::TimeSeries series{.interval = interval, .is_signed = layout.is_signed, .points = {}};
  if (intervals.empty()) return series;
  // A CPU where nothing happened for a while still has intervals that are too old.
  const uint64_t last = intervals.rbegin()->first, oldest = last >= count ? last - count + 1 : 1;
  uint64_t epoch = std::max(oldest, intervals.lower_bound(oldest)->first);
  for (; epoch <= last; ++epoch) {
    output::TimeSeries::Point point{
        .start = boot_time + static_cast<int64_t>((epoch - 1) * static_cast<uint64_t>(interval)),
        .value = std::nullopt};
    if (auto found = intervals.find(epoch); found != intervals.end())
      point.value = divide(found->second.shown(of, layout.is_signed), divisor, layout.is_signed);
    series.points.push_back(point);
  }
  return series;
}

} // namespace

uint64_t number_of(const Copies& copies, const ValueLayout& layout) {
  switch (layout.kind) {
  case ValueKind::count:
  case ValueKind::sum: return copies.total(0);
  case ValueKind::min:
  case ValueKind::max: return extreme(copies, layout);
  case ValueKind::avg:
  case ValueKind::stats: return average(copies, layout);
  case ValueKind::integer: return integer_total(copies, layout);
  case ValueKind::enumeration: return read_integer(copies.first_set(), layout).value_or(0);
  case ValueKind::hist:
  case ValueKind::lhist: {
    uint64_t sum = 0;
    for (size_t i = 0; i < layout.size / sizeof(uint64_t); ++i)
      sum += copies.total(i);
    return sum;
  }
  case ValueKind::quantile: {
    uint64_t sum = 0;
    for (size_t i = kQuantileHead; i < layout.size / sizeof(uint64_t); ++i)
      sum += copies.total(i);
    return sum;
  }
  default: return 0; // ordered by key
  }
}

output::Value value_of(const Copies& copies, const ValueLayout& layout, uint64_t number, uint64_t divisor,
                       const Decoding& how) {
  if (is_histogram(layout.kind)) return {histogram_of(copies, layout, divisor)};
  if (layout.kind == ValueKind::stats) return {stats_of(copies, layout, number, divisor)};
  if (layout.kind == ValueKind::quantile) return {quantiles_of(copies, layout, number, divisor)};
  if (layout.kind == ValueKind::tseries) return {series_of(copies, layout, divisor, how.boot_time)};
  const bool is_number = layout.kind == ValueKind::integer || layout.kind >= ValueKind::count;
  if (!is_number) return decode(copies.first_set(), layout, how);
  return number_value(divide(number, divisor, layout.is_signed), layout.is_signed);
}

} // namespace trc::runtime
