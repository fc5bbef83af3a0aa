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
  size_t count; ///< of CPUs; 1 where they share one value

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
  Bytes copy(size_t index) const { return bytes.subspan(std::min(index * stride, bytes.size())); }
  /// Of plain values: that of the first CPU that has one.
  Bytes first_set() const {
    for (size_t i = 0; count > 1 && i < count; ++i) {
      const Bytes value = copy(i).first(std::min(stride, copy(i).size()));
      if (std::ranges::any_of(value, [](std::byte byte) { return byte != std::byte{0}; })) return value;
    }
    return bytes;
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

uint64_t integer_total(const Copies& copies, const ValueLayout& layout) {
  uint64_t sum = 0;
  for (size_t i = 0; i < copies.count; ++i)
    sum += read_integer(copies.copy(i), layout).value_or(0);
  return sum;
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
  case ValueKind::integer: return integer_total(copies, layout);
  case ValueKind::enumeration: return read_integer(copies.first_set(), layout).value_or(0);
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

output::Value value_of(const Copies& copies, const ValueLayout& layout, uint64_t number, uint64_t divisor,
                       const Decoding& how) {
  if (is_histogram(layout.kind)) return {histogram_of(copies, layout, divisor)};
  bool is_number = layout.kind == ValueKind::integer || layout.kind >= ValueKind::count;
  if (!is_number) return decode(copies.first_set(), layout, how);
  uint64_t shown = divide(number, divisor, layout.is_signed);
  if (layout.is_signed) return {static_cast<int64_t>(shown)};
  return {shown};
}

/// Negative, zero or positive, like memcmp.
int compare(Bytes a, Bytes b, const ValueLayout& layout);

int compare_numbers(Bytes a, Bytes b, const ValueLayout& layout) {
  uint64_t left = rank_of(read_integer(a, layout).value_or(0), layout.is_signed);
  uint64_t right = rank_of(read_integer(b, layout).value_or(0), layout.is_signed);
  return left < right ? -1 : left > right;
}

/// `a` and `b` are what the composite value takes: all its elements one after the other.
int compare_elements(Bytes a, Bytes b, const ValueLayout& layout) {
  if (layout.kind != ValueKind::array) {
    for (const ValueLayout& element : layout.elements)
      if (int order = compare(a, b, element); order != 0) return order;
    return 0;
  }
  for (size_t i = 0; i < element_count(layout); ++i) {
    const ValueLayout& element = layout.elements.front();
    const size_t at = i * element.size;
    if (int order = compare(a.subspan(at), b.subspan(at), element); order != 0) return order;
  }
  return 0;
}

bool is_composite(ValueKind kind) {
  return kind == ValueKind::tuple || kind == ValueKind::structure || kind == ValueKind::array;
}
bool has_text(ValueKind kind) { return kind == ValueKind::string || kind == ValueKind::buffer; }

/// What the layout says of the bytes that hold it; nothing if they are too few.
std::optional<Bytes> place_of(Bytes bytes, const ValueLayout& layout) {
  if (size_t{layout.offset} + layout.size > bytes.size()) return std::nullopt;
  return bytes.subspan(layout.offset, layout.size);
}

/// The bytes of a string or buffer, without what is behind them.
std::string_view text_of(Bytes bytes, const ValueLayout& layout) {
  if (layout.kind == ValueKind::string) {
    auto place = place_of(bytes, layout);
    return place ? read_string(*place).text : std::string_view();
  }
  const Bytes content = read_buffer(bytes, layout);
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

int compare(Bytes a, Bytes b, const ValueLayout& layout) {
  if (has_text(layout.kind)) return text_of(a, layout).compare(text_of(b, layout));
  if (!is_composite(layout.kind)) return compare_numbers(a, b, layout);
  auto left = place_of(a, layout), right = place_of(b, layout);
  return left && right ? compare_elements(*left, *right, layout) : 0;
}

/// A number that is smaller only for smaller keys: most comparisons need no more of a key.
uint64_t leading_part(Bytes key, const ValueLayout& layout) {
  if (is_composite(layout.kind)) {
    auto place = place_of(key, layout);
    const bool is_empty =
        layout.elements.empty() || (layout.kind == ValueKind::array && element_count(layout) == 0);
    return place && !is_empty ? leading_part(*place, layout.elements.front()) : 0;
  }
  if (!has_text(layout.kind)) return rank_of(read_integer(key, layout).value_or(0), layout.is_signed);
  const std::string_view text = text_of(key, layout);
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

output::MapView make_view(const MapInfo& info, const RawMap& raw, const Cut& cut, const Decoding& how) {
  output::MapView view{.name = info.name, .is_scalar = info.key.kind == ValueKind::none, .entries = {}};
  auto copies = [&](size_t index) { return Copies{raw.value(index), raw.stride, raw.copies}; };
  if (view.is_scalar && raw.count == 0) {
    std::vector<std::byte> zero(info.value.size);
    Copies one{zero, zero.size(), 1};
    view.entries.push_back({{}, value_of(one, info.value, number_of(one, info.value), cut.divisor, how)});
    return view;
  }
  std::vector<uint64_t> numbers(raw.count);
  for (size_t i = 0; i < raw.count; ++i)
    numbers[i] = number_of(copies(i), info.value);
  std::vector<Place> order = ordered(info, raw, numbers, cut.top);
  view.entries.reserve(order.size());
  for (const Place& place : order) {
    output::Value key;
    if (!view.is_scalar) key = decode(raw.key(place.index), info.key, how);
    view.entries.push_back(
        {std::move(key), value_of(copies(place.index), info.value, numbers[place.index], cut.divisor, how)});
  }
  return view;
}

} // namespace trc::runtime
