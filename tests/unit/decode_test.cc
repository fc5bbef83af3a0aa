// Bytes to values, good and bad bytes.
#include "runtime/decode.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>

#include "output/value_json.h"
#include "output/value_text.h"
#include "runtime/map_view.h"
#include "runtime/presenter.h"

namespace trc::runtime {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

template<class T> std::string raw(T value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

ValueLayout layout(ValueKind kind, uint32_t offset, uint32_t size, bool is_signed = false) {
  return {
      .kind = kind, .is_signed = is_signed, .offset = offset, .size = size, .elements = {}, .parameters = {}};
}

template<class T> T get(const output::Value& value) { return std::get<T>(value.data); }
bool is_none(const output::Value& value) { return std::holds_alternative<std::monostate>(value.data); }

TEST(Decode, Integers) {
  std::string bytes = raw<int64_t>(-2) + raw<uint32_t>(4'000'000'000) + raw<int16_t>(-3) + raw<uint8_t>(200);
  EXPECT_EQ(get<int64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 0, 8, true))), -2);
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 0, 8))), UINT64_MAX - 1);
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 8, 4))), 4'000'000'000U);
  EXPECT_EQ(get<int64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 8, 4, true))), -294967296);
  EXPECT_EQ(get<int64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 12, 2, true))), -3);
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(bytes), layout(ValueKind::integer, 14, 1))), 200U);
}

TEST(Decode, BooleansAndPointers) {
  std::string bytes = raw<uint8_t>(1) + raw<uint8_t>(0) + raw<uint64_t>(0xffff'8881'0000'0000);
  EXPECT_TRUE(get<bool>(decode(bytes_of(bytes), layout(ValueKind::boolean, 0, 1))));
  EXPECT_FALSE(get<bool>(decode(bytes_of(bytes), layout(ValueKind::boolean, 1, 1))));
  EXPECT_EQ(get<output::Pointer>(decode(bytes_of(bytes), layout(ValueKind::pointer, 2, 8))).address,
            0xffff'8881'0000'0000);
}

TEST(Decode, StringEndsAtNulOrIsMarkedAsCut) {
  std::string bytes("bash\0junkabcdefgh", 17);
  EXPECT_EQ(get<std::string>(decode(bytes_of(bytes), layout(ValueKind::string, 0, 9))), "bash");
  EXPECT_EQ(get<std::string>(decode(bytes_of(bytes), layout(ValueKind::string, 9, 8))), "abcdefgh..");
  EXPECT_EQ(get<std::string>(decode(bytes_of(bytes), layout(ValueKind::string, 4, 5))), "");
}

TEST(Decode, Tuple) {
  ValueLayout tuple = layout(ValueKind::tuple, 4, 16);
  tuple.elements = {layout(ValueKind::integer, 0, 8, true), layout(ValueKind::string, 8, 8)};
  std::string bytes = "skip" + raw<int64_t>(7) + std::string("hi\0\0\0\0\0\0", 8);
  auto value = get<output::Tuple>(decode(bytes_of(bytes), tuple));
  ASSERT_EQ(value.elements.size(), 2U);
  EXPECT_EQ(get<int64_t>(value.elements[0]), 7);
  EXPECT_EQ(get<std::string>(value.elements[1]), "hi");
}

TEST(Decode, ShowsPresentedValuesByTheirPresenter) {
  ValueLayout bytes = layout(ValueKind::array, 0, 6);
  bytes.elements = {layout(ValueKind::integer, 0, 1)};
  ValueLayout address = layout(ValueKind::tuple, 0, 8);
  address.elements = {bytes};
  address.presentation = Presentation::mac_address;
  const std::string memory("\x02\xab\x00\x10\xff\x7f\x00\x00", 8);
  const Manifest manifest;
  Presenter presenter(manifest);
  EXPECT_EQ(get<std::string>(decode(bytes_of(memory), address, {.presenter = &presenter})),
            "02:AB:00:10:FF:7F");
  EXPECT_EQ(get<output::Tuple>(decode(bytes_of(memory), address)).elements.size(), 1U);
}

TEST(Decode, WhatLiesOutsideIsNoValue) {
  std::string bytes = "12345678";
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, 1, 8))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, UINT32_MAX, 8))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, 0, 16))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::string, 4, 5))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::none, 0, 0))));
}

TEST(Decode, OtherTrailers) {
  EXPECT_EQ(get<std::string>(decode(bytes_of("abcd"), layout(ValueKind::string, 0, 4), {.trailer = "[cut]"})),
            "abcd[cut]");
  EXPECT_EQ(get<std::string>(decode(bytes_of("abcd"), layout(ValueKind::string, 0, 4), {.trailer = ""})),
            "abcd");
}

TEST(Decode, BitFields) {
  // {int a : 3; unsigned b : 7; int c : 22;} of -2, 100, -5
  std::string bytes = raw<uint32_t>((0x3ffffbU << 10) | (100U << 3) | 6U);
  auto bits = [](uint32_t offset, uint8_t first, uint8_t count, bool is_signed) {
    ValueLayout field = layout(ValueKind::integer, offset, 4, is_signed);
    field.first_bit = first;
    field.bits = count;
    return field;
  };
  EXPECT_EQ(get<int64_t>(decode(bytes_of(bytes), bits(0, 0, 3, true))), -2);
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(bytes), bits(0, 3, 7, false))), 100U);
  EXPECT_EQ(get<int64_t>(decode(bytes_of(bytes), bits(1, 2, 22, true))), -5);
  // The declared type may reach beyond the structure; only the bits' own bytes are needed.
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(bytes), bits(3, 4, 4, false))), 15U);
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), bits(3, 4, 5, false))));
  // 64 bits that touch nine bytes.
  std::string packed = raw<uint64_t>(0x0123456789abcdefU << 4) + raw<uint8_t>(0x0);
  ValueLayout wide = bits(0, 4, 64, false);
  wide.size = 8;
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(packed), wide)), 0x0123456789abcdefU);
  ValueLayout flag = bits(0, 1, 1, false);
  flag.kind = ValueKind::boolean;
  EXPECT_TRUE(get<bool>(decode(bytes_of(bytes), flag)));
}

TEST(Decode, Enumerations) {
  ValueLayout state = layout(ValueKind::enumeration, 0, 4, true);
  state.enumerators = {{-1, "NONE"}, {1, "ESTABLISHED"}, {1, "ALIAS"}};
  auto known = get<output::Enumerator>(decode(bytes_of(raw<int32_t>(1)), state));
  EXPECT_EQ(known.name, "ESTABLISHED");
  EXPECT_EQ(known.number, 1);
  EXPECT_EQ(get<output::Enumerator>(decode(bytes_of(raw<int32_t>(-1)), state)).name, "NONE");
  EXPECT_EQ(get<int64_t>(decode(bytes_of(raw<int32_t>(-7)), state)), -7);
  state.is_signed = false;
  EXPECT_EQ(get<uint64_t>(decode(bytes_of(raw<int32_t>(-7)), state)), 4294967289U);
}

TEST(Decode, Arrays) {
  ValueLayout row = layout(ValueKind::array, 0, 4);
  row.elements = {layout(ValueKind::integer, 0, 2, true)};
  ValueLayout rows = layout(ValueKind::array, 2, 8);
  rows.elements = {row};
  std::string bytes = "xx" + raw<int16_t>(1) + raw<int16_t>(-2) + raw<int16_t>(3) + raw<int16_t>(4);
  auto outer = get<output::Array>(decode(bytes_of(bytes), rows));
  ASSERT_EQ(outer.elements.size(), 2U);
  auto inner = get<output::Array>(outer.elements[0]);
  ASSERT_EQ(inner.elements.size(), 2U);
  EXPECT_EQ(get<int64_t>(inner.elements[1]), -2);
  EXPECT_EQ(get<int64_t>(get<output::Array>(outer.elements[1]).elements[1]), 4);
  rows.size = 0; // a flexible array member
  EXPECT_TRUE(get<output::Array>(decode(bytes_of(bytes), rows)).elements.empty());
  rows.size = 9;
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), rows)));
}

TEST(Decode, BuffersHoldAsMuchAsTheyHaveRoomFor) {
  ValueLayout buffer = layout(ValueKind::buffer, 0, 8);
  EXPECT_EQ(get<output::Buffer>(decode(bytes_of(raw<uint32_t>(3) + std::string("a\0bc", 4)), buffer)).bytes,
            std::string("a\0b", 3));
  EXPECT_EQ(get<output::Buffer>(decode(bytes_of(raw<uint32_t>(-1) + "abcd"), buffer)).bytes, "abcd");
  EXPECT_EQ(get<output::Buffer>(decode(bytes_of(raw<uint32_t>(0) + "abcd"), buffer)).bytes, "");
  EXPECT_TRUE(is_none(decode(bytes_of(std::string("short")), buffer)));
}

TEST(Decode, StructuresAndRecords) {
  ValueLayout inner = layout(ValueKind::structure, 4, 4);
  inner.elements = {layout(ValueKind::integer, 0, 4, true), layout(ValueKind::integer, 0, 1)};
  inner.names = {"x", "y"};
  ValueLayout outer = layout(ValueKind::tuple, 0, 8);
  outer.elements = {layout(ValueKind::integer, 0, 4), inner};
  outer.names = {"a", ""};
  auto record = get<output::Record>(decode(bytes_of(raw<uint32_t>(9) + raw<int32_t>(-1)), outer));
  EXPECT_EQ(record.names, (std::vector<std::string>{"a", ""}));
  ASSERT_EQ(record.values.size(), 2U);
  EXPECT_EQ(get<uint64_t>(record.values[0]), 9U);
  auto nested = get<output::Record>(record.values[1]);
  EXPECT_EQ(get<int64_t>(nested.values[0]), -1);
  EXPECT_EQ(get<uint64_t>(nested.values[1]), 255U);
}

class RandomLayouts {
public:
  explicit RandomLayouts(uint64_t seed) : random_(seed) {}

  uint64_t below(uint64_t limit) { return random_() % limit; }

  ValueLayout layout(int depth) {
    ValueLayout result;
    result.kind = static_cast<ValueKind>(below(static_cast<uint64_t>(ValueKind::structure) + 1));
    result.is_signed = below(2) != 0;
    result.offset = below(16) == 0 ? static_cast<uint32_t>(random_()) : static_cast<uint32_t>(below(24));
    result.size = below(16) == 0 ? static_cast<uint32_t>(random_()) : static_cast<uint32_t>(below(20));
    if (below(4) == 0) {
      result.first_bit = static_cast<uint8_t>(random_());
      result.bits = static_cast<uint8_t>(random_());
    }
    for (uint64_t i = depth > 0 ? below(4) : 0; i > 0; --i) {
      result.elements.push_back(layout(depth - 1));
      if (below(2) == 0) result.names.emplace_back(below(2) == 0 ? "" : "f");
    }
    if (below(3) == 0) result.enumerators = {{static_cast<int64_t>(below(4)), "E"}};
    return result;
  }
  std::string bytes() {
    std::string bytes(below(48), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(below(3) == 0 ? random_() : below(3));
    return bytes;
  }

private:
  std::mt19937_64 random_;
};

// The sanitizer build watches what is read.
TEST(Decode, AnyLayoutAndAnyBytesDoNoHarm) {
  RandomLayouts random(5);
  std::vector<output::Value> reused;
  for (int i = 0; i < 20000; ++i) {
    ValueLayout layout = random.layout(3);
    std::string bytes = random.bytes();
    output::Value value = decode(bytes_of(bytes), layout);
    std::string text;
    output::append_text(text, value);
    output::append_json(text, value);
    output::append_key(text, value, output::KeyForm::compact);
    EventInfo event{.fields = {layout, random.layout(2)},
                    .fixed_size = static_cast<uint32_t>(random.below(64))};
    decode_event(bytes_of(bytes), event, reused);
    MapInfo map{.name = "@", .key = layout, .value = random.layout(2)};
    RawMap raw{
        .count = 2, .keys = {}, .values = {}, .key_size = bytes.size() / 2, .stride = bytes.size() / 2};
    for (std::byte byte : bytes_of(bytes)) {
      raw.keys.push_back(byte);
      raw.values.push_back(byte);
    }
    map.value.size %= 64;
    EXPECT_LE(make_view(map, raw, {}).entries.size(), 2U);
  }
}

/// {header, i64, length, length} and two packed strings of at most 8 bytes.
EventInfo event_with_strings() {
  return {.kind = EventKind::printf,
          .format = {},
          .fields = {layout(ValueKind::packed_string, 16, 8), layout(ValueKind::integer, 8, 8, true),
                     layout(ValueKind::packed_string, 20, 8)},
          .fixed_size = 24};
}

std::string event_bytes(uint32_t first, uint32_t second, const std::string& strings) {
  return raw<uint64_t>(0) + raw<int64_t>(-9) + raw(first) + raw(second) + strings;
}

TEST(Decode, PackedStringsFollowTheFixedPart) {
  std::vector<output::Value> values;
  decode_event(bytes_of(event_bytes(3, 8, "abcdefghijk")), event_with_strings(), values);
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(get<std::string>(values[0]), "abc");
  EXPECT_EQ(get<int64_t>(values[1]), -9);
  EXPECT_EQ(get<std::string>(values[2]), "defghijk..");
  // The same memory again, for another record.
  decode_event(bytes_of(event_bytes(0, 2, "xy")), event_with_strings(), values);
  EXPECT_EQ(get<std::string>(values[0]), "");
  EXPECT_EQ(get<std::string>(values[2]), "xy");
  decode_event(bytes_of(event_bytes(3, 8, "abcdefghijk")), event_with_strings(), values, {.trailer = "~"});
  EXPECT_EQ(get<std::string>(values[2]), "defghijk~");
}

TEST(Decode, PackedStringsThatClaimTooMuch) {
  std::vector<output::Value> values;
  decode_event(bytes_of(event_bytes(UINT32_MAX, 3, "abc")), event_with_strings(), values);
  EXPECT_TRUE(is_none(values[0]));
  EXPECT_EQ(get<std::string>(values[2]), "abc");
  decode_event(bytes_of(std::string("short")), event_with_strings(), values);
  for (const output::Value& value : values)
    EXPECT_TRUE(is_none(value));
}

} // namespace
} // namespace trc::runtime
