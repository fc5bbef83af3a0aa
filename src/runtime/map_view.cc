// See map_view.h.
#include "runtime/map_view.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "program/aggregation.h"
#include "runtime/decode.h"

namespace trc::runtime {
namespace {

using Bytes = std::span<const std::byte>;

/// The words of an aggregation, CPU by CPU.
struct Copies {
  Bytes bytes;
  size_t stride;
  size_t count;

  uint64_t word(size_t copy, size_t index) const {
    uint64_t value = 0;
    size_t at = copy * stride + index * sizeof value;
    if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }
  uint64_t total(size_t index) const {
    uint64_t sum = 0;
    for (size_t copy = 0; copy < count; ++copy)
      sum += word(copy, index);
    return sum;
  }
};

/// Signed values in the order of unsigned ones.
uint64_t rank_of(uint64_t value, bool is_signed) { return is_signed ? value ^ (uint64_t{1} << 63) : value; }

uint64_t divide(uint64_t value, uint64_t by, bool is_signed) {
  if (by == 0) return value;
  if (!is_signed) return value / by;
  // A divisor beyond int64 is larger than any value. The smallest value divided by -1 would overflow; that
  // needs a divisor of 2^64-1, which is beyond.
  if (by > static_cast<uint64_t>(INT64_MAX)) return 0;
  return static_cast<uint64_t>(static_cast<int64_t>(value) / static_cast<int64_t>(by));
}

uint64_t extreme(const Copies& copies, const ValueLayout& layout) {
  bool is_max = layout.kind == ValueKind::max, found = false;
  uint64_t best = 0;
  for (size_t copy = 0; copy < copies.count; ++copy) {
    uint64_t value = copies.word(copy, 0);
    if (copies.word(copy, 1) == 0) continue;
    uint64_t rank = rank_of(value, layout.is_signed), best_rank = rank_of(best, layout.is_signed);
    if (!found || (is_max ? rank > best_rank : rank < best_rank)) best = value;
    found = true;
  }
  return best;
}

uint64_t average(const Copies& copies, const ValueLayout& layout) {
  return divide(copies.total(0), copies.total(1), layout.is_signed);
}

bool is_histogram(ValueKind kind) { return kind == ValueKind::hist || kind == ValueKind::lhist; }

/// The number by which entries are ordered, and that is printed unless the value is a histogram.
uint64_t number_of(const Copies& copies, const ValueLayout& layout) {
  switch (layout.kind) {
  case ValueKind::count:
  case ValueKind::sum: return copies.total(0);
  case ValueKind::min:
  case ValueKind::max: return extreme(copies, layout);
  case ValueKind::avg: return average(copies, layout);
  case ValueKind::integer: return read_integer(copies.bytes, layout).value_or(0);
  case ValueKind::hist:
  case ValueKind::lhist: {
    uint64_t sum = 0;
    for (size_t i = 0; i < layout.size / sizeof(uint64_t); ++i)
      sum += copies.total(i);
    return sum;
  }
  default: return 0; // ordered by key
  }
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

output::Value value_of(const Copies& copies, const ValueLayout& layout, uint64_t number, uint64_t divisor) {
  if (is_histogram(layout.kind)) return {histogram_of(copies, layout, divisor)};
  bool is_number = layout.kind == ValueKind::integer || layout.kind >= ValueKind::count;
  if (!is_number) return decode(copies.bytes, layout);
  uint64_t shown = divide(number, divisor, layout.is_signed);
  if (layout.is_signed) return {static_cast<int64_t>(shown)};
  return {shown};
}

/// Negative, zero or positive, like memcmp.
int compare(Bytes a, Bytes b, const ValueLayout& layout) {
  if (layout.kind == ValueKind::tuple) {
    if (size_t{layout.offset} + layout.size > std::min(a.size(), b.size())) return 0;
    Bytes left = a.subspan(layout.offset, layout.size), right = b.subspan(layout.offset, layout.size);
    for (const ValueLayout& element : layout.elements)
      if (int order = compare(left, right, element); order != 0) return order;
    return 0;
  }
  if (layout.kind == ValueKind::string) {
    if (size_t{layout.offset} + layout.size > std::min(a.size(), b.size())) return 0;
    return read_string(a.subspan(layout.offset, layout.size))
        .text.compare(read_string(b.subspan(layout.offset, layout.size)).text);
  }
  uint64_t left = rank_of(read_integer(a, layout).value_or(0), layout.is_signed);
  uint64_t right = rank_of(read_integer(b, layout).value_or(0), layout.is_signed);
  return left < right ? -1 : left > right;
}

/// A number that is smaller only for smaller keys: most comparisons need no more of a key.
uint64_t leading_part(Bytes key, const ValueLayout& layout) {
  if (layout.kind == ValueKind::tuple) {
    if (size_t{layout.offset} + layout.size > key.size() || layout.elements.empty()) return 0;
    return leading_part(key.subspan(layout.offset, layout.size), layout.elements.front());
  }
  if (layout.kind != ValueKind::string)
    return rank_of(read_integer(key, layout).value_or(0), layout.is_signed);
  if (size_t{layout.offset} + layout.size > key.size()) return 0;
  std::string_view text = read_string(key.subspan(layout.offset, layout.size)).text;
  uint64_t part = 0;
  for (size_t i = 0; i < sizeof part; ++i)
    part = part << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
  return part;
}

struct Place {
  uint64_t rank; ///< by value
  uint64_t key;  ///< leading_part()
  size_t index;
};

/// The entries to print, in order.
std::vector<Place> ordered(const MapInfo& info, const RawMap& raw, const std::vector<uint64_t>& numbers,
                           uint64_t top) {
  bool is_signed = info.value.is_signed && !is_histogram(info.value.kind);
  std::vector<Place> order(raw.count);
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = {rank_of(numbers[i], is_signed), leading_part(raw.key(i), info.key), i};
  auto before = [&](const Place& a, const Place& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    if (a.key != b.key) return a.key < b.key;
    int by_key = compare(raw.key(a.index), raw.key(b.index), info.key);
    return by_key != 0 ? by_key < 0 : a.index < b.index;
  };
  if (top != 0 && top < order.size()) {
    auto first = order.end() - static_cast<ptrdiff_t>(top);
    std::nth_element(order.begin(), first, order.end(), before);
    order.erase(order.begin(), first);
  }
  std::sort(order.begin(), order.end(), before);
  return order;
}

} // namespace

output::MapView make_view(const MapInfo& info, const RawMap& raw, const Cut& cut) {
  output::MapView view{.name = info.name, .is_scalar = info.key.kind == ValueKind::none, .entries = {}};
  auto copies = [&](size_t index) { return Copies{raw.value(index), raw.stride, raw.copies}; };
  if (view.is_scalar && raw.count == 0) {
    std::vector<std::byte> zero(info.value.size);
    Copies one{zero, zero.size(), 1};
    view.entries.push_back({{}, value_of(one, info.value, number_of(one, info.value), cut.divisor)});
    return view;
  }
  std::vector<uint64_t> numbers(raw.count);
  for (size_t i = 0; i < raw.count; ++i)
    numbers[i] = number_of(copies(i), info.value);
  std::vector<Place> order = ordered(info, raw, numbers, cut.top);
  view.entries.reserve(order.size());
  for (const Place& place : order) {
    output::Value key;
    if (!view.is_scalar) key = decode(raw.key(place.index), info.key);
    view.entries.push_back(
        {std::move(key), value_of(copies(place.index), info.value, numbers[place.index], cut.divisor)});
  }
  return view;
}

} // namespace trc::runtime
