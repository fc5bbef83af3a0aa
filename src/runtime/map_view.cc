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

/// Whether number_of() is all that is printed of a value.
bool is_one_number(ValueKind kind) {
  return kind == ValueKind::integer || kind == ValueKind::count || kind == ValueKind::sum ||
         kind == ValueKind::min || kind == ValueKind::max || kind == ValueKind::avg;
}
/// Whether number_of() orders values.
bool has_number(ValueKind kind) {
  return kind == ValueKind::integer || kind == ValueKind::enumeration || kind >= ValueKind::count;
}

/// Entries that are handed on at once.
constexpr size_t kPart = 512;
/// Up to so many entries are sorted by key even where keys have no order of their own.
constexpr size_t kSortedAnyway = 4096;

} // namespace

MapListing::MapListing(const MapInfo& info, const Cut& cut, const Decoding& how, Show show)
    : info_(info), cut_(cut), how_(how), show_(std::move(show)),
      keeps_values_(!is_one_number(info.value.kind)),
      in_any_order_(!has_number(info.value.kind) && !has_order(info.key) && cut.top == 0) {
  view_.name = info.name;
  view_.is_scalar = info.key.kind == ValueKind::none;
  view_.ends = false;
}

void MapListing::add(const RawMap& batch) {
  if (batch.count == 0) return;
  if (in_any_order_ && places_.size() >= kSortedAnyway) show_all();
  kept_.key_size = batch.key_size;
  kept_.stride = batch.stride;
  kept_.copies = batch.copies;
  auto append = [](std::vector<std::byte>& to, const std::vector<std::byte>& from, size_t size) {
    to.insert(to.end(), from.begin(), from.begin() + static_cast<ptrdiff_t>(size));
  };
  append(kept_.keys, batch.keys, batch.count * batch.key_size);
  if (keeps_values_) append(kept_.values, batch.values, batch.count * batch.stride * batch.copies);
  const bool is_signed = info_.value.is_signed && !is_histogram(info_.value.kind);
  for (size_t i = 0; i < batch.count; ++i) {
    const uint64_t number = number_of({batch.value(i), batch.stride, batch.copies}, info_.value);
    places_.push_back({rank_of(number, is_signed), leading_part(batch.key(i), info_.key), kept_.count + i});
  }
  kept_.count += batch.count;
}

/// What has come so far.
void MapListing::show_all() {
  put_in_order(
      places_, info_.key, [&](size_t index) { return kept_.key(index); }, cut_.top);
  for (size_t first = 0; first < places_.size(); first += kPart)
    show_part(std::span(places_).subspan(first, std::min(kPart, places_.size() - first)));
  kept_.keys.clear();
  kept_.values.clear();
  kept_.count = 0;
  places_.clear();
}

void MapListing::show_part(std::span<const Place> places) {
  // One part is held back until it is known whether another one follows.
  if (!view_.entries.empty()) {
    show_(view_);
    view_.begins = false;
  }
  // Keys are read in the order of values, from all over memory.
  for (const Place& place : places)
    __builtin_prefetch(kept_.key(place.index).data());
  const bool is_signed = info_.value.is_signed && !is_histogram(info_.value.kind);
  view_.entries.resize(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t index = places[i].index;
    const uint64_t number = rank_of(places[i].rank, is_signed);
    const Copies copies = keeps_values_ ? Copies{kept_.value(index), kept_.stride, kept_.copies} : Copies{};
    if (!view_.is_scalar) decode(view_.entries[i].key, kept_.key(index), info_.key, how_);
    view_.entries[i].value = value_of(copies, info_.value, number, cut_.divisor, how_);
  }
}

void MapListing::end() {
  if (view_.is_scalar && places_.empty()) {
    const std::vector<std::byte> zero(info_.value.size);
    add({.count = 1, .keys = {}, .values = zero, .stride = zero.size()});
  }
  show_all();
  view_.ends = true;
  show_(view_);
}

output::MapView make_view(const MapInfo& info, const RawMap& raw, const Cut& cut, const Decoding& how) {
  output::MapView all;
  MapListing listing(info, cut, how, [&](const output::MapView& part) {
    all.name = part.name;
    all.is_scalar = part.is_scalar;
    all.entries.insert(all.entries.end(), part.entries.begin(), part.entries.end());
  });
  listing.add(raw);
  listing.end();
  return all;
}

} // namespace trc::runtime
