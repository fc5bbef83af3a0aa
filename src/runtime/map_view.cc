// See map_view.h.
#include "runtime/map_view.h"

#include <algorithm>
#include <string_view>

#include "runtime/aggregated.h"
#include "runtime/decode.h"

namespace trc::runtime {
namespace {

using Bytes = std::span<const std::byte>;

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
  const bool is_signed = is_ordered_signed(info_.value);
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
  const bool is_signed = is_ordered_signed(info_.value);
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
