// See map_order.h.
#include "runtime/map_order.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/decode.h"

namespace trc::runtime {
namespace {

using Bytes = std::span<const std::byte>;

/// With fewer entries comparing them is faster than counting their bytes.
constexpr size_t kFewPlaces = 1000;

uint64_t number_in_order(Bytes bytes, const ValueLayout& layout) {
  const uint64_t value = read_integer(bytes, layout).value_or(0);
  return layout.is_signed ? value ^ (uint64_t{1} << 63) : value;
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

/// Negative, zero or positive, like memcmp.
int compare(Bytes a, Bytes b, const ValueLayout& layout);

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

int compare(Bytes a, Bytes b, const ValueLayout& layout) {
  if (has_text(layout.kind)) return text_of(a, layout).compare(text_of(b, layout));
  if (!is_composite(layout.kind)) {
    const uint64_t left = number_in_order(a, layout), right = number_in_order(b, layout);
    return left < right ? -1 : left > right;
  }
  auto left = place_of(a, layout), right = place_of(b, layout);
  return left && right ? compare_elements(*left, *right, layout) : 0;
}

/// Puts the first elements of a key into one number, the most significant first, as far as there is room.
class Leading {
public:
  uint64_t number() const { return number_; }

  void add(Bytes bytes, const ValueLayout& layout) {
    if (room_ == 0) return;
    if (is_composite(layout.kind)) return add_elements(bytes, layout);
    if (has_text(layout.kind)) return add_text(text_of(bytes, layout));
    const unsigned bits = layout.bits == 0 && layout.size < 8 ? 8 * layout.size : 64;
    if (bits == 0) return; // something without a size
    if (bits > room_) return full();
    // Only the bits that the number has: its sign, turned round, is the highest of them.
    const uint64_t wide = number_in_order(bytes, layout);
    const uint64_t sign = layout.is_signed ? uint64_t{1} << (bits - 1) : 0;
    const uint64_t narrow = bits == 64 ? wide : ((wide ^ sign) & ((uint64_t{1} << bits) - 1));
    push(narrow, bits);
  }

private:
  void add_elements(Bytes bytes, const ValueLayout& layout) {
    auto place = place_of(bytes, layout);
    if (!place || layout.elements.empty()) return full();
    if (layout.kind == ValueKind::array) {
      if (element_count(layout) > 0) add(*place, layout.elements.front());
      return full();
    }
    for (const ValueLayout& element : layout.elements)
      add(*place, element);
  }

  void add_text(std::string_view text) {
    for (size_t i = 0; room_ >= 8; ++i)
      push(i < text.size() ? static_cast<unsigned char>(text[i]) : 0, 8);
    full();
  }

  void push(uint64_t part, unsigned bits) {
    room_ -= bits;
    number_ |= part << room_;
  }
  void full() { room_ = 0; }

  uint64_t number_ = 0;
  unsigned room_ = 64;
};

/// By the bytes of rank and key, the least significant first; bytes that are the same in all are left out.
void sort_by_bytes(std::vector<Place>& places) {
  constexpr size_t kBytes = 16;
  auto byte_of = [](const Place& place, size_t byte) {
    return static_cast<uint8_t>((byte < 8 ? place.key : place.rank) >> (8 * (byte % 8)));
  };
  std::array<std::array<size_t, 256>, kBytes> counts = {};
  for (const Place& place : places)
    for (size_t byte = 0; byte < kBytes; ++byte)
      ++counts[byte][byte_of(place, byte)];
  std::vector<Place> other(places.size());
  for (size_t byte = 0; byte < kBytes; ++byte) {
    auto& starts = counts[byte];
    if (starts[byte_of(places.front(), byte)] == places.size()) continue;
    size_t start = 0;
    for (size_t& count : starts)
      start += std::exchange(count, start);
    for (const Place& place : places)
      other[starts[byte_of(place, byte)]++] = place;
    places.swap(other);
  }
}

} // namespace

uint64_t leading_part(Bytes key, const ValueLayout& layout) {
  Leading leading;
  leading.add(key, layout);
  return leading.number();
}

bool has_order(const ValueLayout& key) {
  if (key.kind == ValueKind::tuple)
    return key.presentation == Presentation::none && std::ranges::all_of(key.elements, has_order);
  return !is_composite(key.kind) && key.kind != ValueKind::buffer;
}

void put_in_order(std::vector<Place>& places, const ValueLayout& key,
                  const std::function<Bytes(size_t)>& key_of, uint64_t top) {
  auto by_key = [&](const Place& a, const Place& b) {
    if (int order = compare(key_of(a.index), key_of(b.index), key); order != 0) return order < 0;
    return a.index < b.index;
  };
  auto alike = [](const Place& a, const Place& b) { return a.rank == b.rank && a.key == b.key; };
  auto before = [&](const Place& a, const Place& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    return a.key != b.key ? a.key < b.key : by_key(a, b);
  };
  if (top != 0 && top < places.size()) {
    auto first = places.end() - static_cast<ptrdiff_t>(top);
    std::nth_element(places.begin(), first, places.end(), before);
    places.erase(places.begin(), first);
    std::ranges::sort(places, {}, &Place::index);
  }
  if (places.size() < kFewPlaces) return std::ranges::sort(places, before), void();
  sort_by_bytes(places);
  for (auto first = places.begin(); first != places.end();) {
    auto last = std::find_if(first, places.end(), [&](const Place& place) { return !alike(place, *first); });
    if (last - first > 1) std::sort(first, last, by_key);
    first = last;
  }
}

} // namespace trc::runtime
