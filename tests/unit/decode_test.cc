// Bytes to values, good and bad bytes.
#include "runtime/decode.h"

#include <cstring>
#include <gtest/gtest.h>
#include <string>

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

TEST(Decode, WhatLiesOutsideIsNoValue) {
  std::string bytes = "12345678";
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, 1, 8))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, UINT32_MAX, 8))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::integer, 0, 16))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::string, 4, 5))));
  EXPECT_TRUE(is_none(decode(bytes_of(bytes), layout(ValueKind::none, 0, 0))));
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
