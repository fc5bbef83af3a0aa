// render() prints what the C library's printf prints, over thousands of random conversions.
#include <cstdio>
#include <gtest/gtest.h>
#include <random>

#include "output/format.h"

namespace trc::output {
namespace {

Value integer(int64_t number) { return {number}; }
Value text(std::string bytes) { return {std::move(bytes)}; }

std::string rendered(std::string_view format, const std::vector<Value>& values) {
  auto pieces = parse_format(format);
  EXPECT_TRUE(pieces.has_value()) << format;
  std::string out;
  if (pieces) render(out, *pieces, values);
  return out;
}

template<class... Arguments> std::string expected(const std::string& format, Arguments... arguments) {
  char buffer[1024];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  int size = snprintf(buffer, sizeof buffer, format.c_str(), arguments...);
#pragma GCC diagnostic pop
  return {buffer, static_cast<size_t>(size)};
}

class RandomSpec {
public:
  explicit RandomSpec(uint64_t seed) : random_(seed) {}

  /// `%` with flags, width and precision; no length and no conversion.
  std::string start(std::string_view allowed_flags) {
    std::string spec = "%";
    while (random_() % 2 == 0)
      spec += allowed_flags[random_() % allowed_flags.size()];
    if (random_() % 2 == 0) spec += std::to_string(1 + random_() % 40);
    if (random_() % 2 == 0) spec += "." + (random_() % 4 == 0 ? "" : std::to_string(random_() % 30));
    return spec;
  }
  uint64_t bits() {
    switch (random_() % 8) {
    case 0: return 0;
    case 1: return UINT64_MAX;
    case 2: return uint64_t{1} << 63;
    default: return (random_() >> (random_() % 64)) * (random_() % 2 == 0 ? 1 : UINT64_MAX);
    }
  }
  uint64_t pick(uint64_t below) { return random_() % below; }

private:
  std::mt19937_64 random_;
};

TEST(Format, SignedLikeC) {
  RandomSpec random(1);
  for (int i = 0; i < 50000; ++i) {
    std::string start = random.start("-+ 0");
    auto value = static_cast<int64_t>(random.bits());
    char letter = "di"[random.pick(2)];
    ASSERT_EQ(rendered(start + letter, {integer(value)}), expected(start + "ll" + letter, value)) << start;
    const char* length = (const char*[]){"hh", "h", "l", "ll", "j", "z", "t"}[random.pick(7)];
    ASSERT_EQ(rendered(start + length + letter, {integer(value)}), expected(start + length + letter, value))
        << start << length;
  }
}

TEST(Format, UnsignedLikeC) {
  RandomSpec random(2);
  for (int i = 0; i < 50000; ++i) {
    char letter = "uxXo"[random.pick(4)];
    std::string start = random.start(letter == 'u' ? "-0" : "-0#");
    uint64_t value = random.bits();
    Value argument = random.pick(2) == 0 ? Value{value} : integer(static_cast<int64_t>(value));
    ASSERT_EQ(rendered(start + letter, {argument}), expected(start + "ll" + letter, value))
        << start << letter;
    const char* length = (const char*[]){"hh", "h", "l", "ll", "j", "z", "t"}[random.pick(7)];
    ASSERT_EQ(rendered(start + length + letter, {argument}), expected(start + length + letter, value))
        << start << length << letter;
  }
}

TEST(Format, StringsAndCharactersLikeC) {
  RandomSpec random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string value(random.pick(30), static_cast<char>('a' + random.pick(26)));
    std::string start = random.start("-");
    ASSERT_EQ(rendered(start + "s", {text(value)}), expected(start + "s", value.c_str())) << start;
    auto c = static_cast<int64_t>(1 + random.pick(255));
    start = start.substr(0, start.find('.'));
    ASSERT_EQ(rendered(start + "c", {integer(c)}), expected(start + "c", static_cast<int>(c))) << start;
  }
}

TEST(Format, StarsLikeC) {
  RandomSpec random(4);
  for (int i = 0; i < 20000; ++i) {
    auto width = static_cast<int>(random.pick(60)) - 30;
    auto precision = static_cast<int>(random.pick(40)) - 10;
    auto value = static_cast<int64_t>(random.bits());
    ASSERT_EQ(rendered("%0*.*d|", {integer(width), integer(precision), integer(value)}),
              expected("%0*.*lld|", width, precision, value));
    ASSERT_EQ(rendered("%*.*s|", {integer(width), integer(precision), text("some words")}),
              expected("%*.*s|", width, precision, "some words"));
  }
}

TEST(Format, PointersLikeC) {
  for (const char* format : {"%p", "%20p", "%-20p|", "%020p"}) {
    EXPECT_EQ(rendered(format, {Value{Pointer{0xffff888100000000}}}),
              expected(format, reinterpret_cast<void*>(0xffff888100000000)));
  }
  EXPECT_EQ(rendered("%p", {integer(0)}), "0");
}

TEST(Format, ReferenceExamples) {
  EXPECT_EQ(rendered("%05d", {integer(-5)}), "-0005");
  EXPECT_EQ(rendered("%d", {integer(4294967297)}), "4294967297");
  EXPECT_EQ(rendered("%x", {integer(-1)}), "ffffffffffffffff");
  EXPECT_EQ(rendered("%hhx", {integer(-1)}), "ff");
  EXPECT_EQ(rendered("%u", {Value{UINT64_MAX}}), "18446744073709551615");
  EXPECT_EQ(rendered("%d", {Value{true}}), "1");
  EXPECT_EQ(rendered("%-10.3s|", {text("abcdef")}), "abc       |");
  EXPECT_EQ(rendered("100%% %s\n", {text("a")}), "100% a\n");
}

TEST(Format, TextOfAnything) {
  Value tuple{Tuple{{integer(1), text("hi"), Value{Tuple{{integer(2), Value{uint64_t{3}}}}}}}};
  EXPECT_EQ(rendered("%s", {tuple}), "(1, hi, (2, 3))");
  EXPECT_EQ(rendered("%18s|%-18s|", {tuple, tuple}), "   (1, hi, (2, 3))|(1, hi, (2, 3))   |");
  EXPECT_EQ(rendered("%.4s", {tuple}), "(1, ");
  EXPECT_EQ(rendered("%s %s", {Value{true}, Value{Pointer{0}}}), "true 0x0");
  EXPECT_EQ(rendered("%6s|", {integer(-5)}), "    -5|");
}

TEST(Format, Buffers) {
  Value buffer{Buffer{std::string("a\\b\0\xff\n", 6)}};
  EXPECT_EQ(rendered("%r", {buffer}), "a\\b\\x00\\xff\\x0a");
  EXPECT_EQ(rendered("%s", {buffer}), "a\\b\\x00\\xff\\x0a");
  EXPECT_EQ(rendered("%rx", {buffer}), "\\x61\\x5c\\x62\\x00\\xff\\x0a");
  EXPECT_EQ(rendered("%rh|", {buffer}), "61 5c 62 00 ff 0a|");
  EXPECT_EQ(rendered("%.2rh|%8.1r|%-4.1r|", {buffer, buffer, buffer}), "61 5c|       a|a   |");
  EXPECT_EQ(rendered("%r%rh", {Value{Buffer{}}, Value{Buffer{}}}), "");
}

TEST(Format, Enumerators) {
  Value known{Enumerator{2, "SYN_SENT"}};
  EXPECT_EQ(rendered("%s %d %u %x", {known, known, known, known}), "SYN_SENT 2 2 2");
  EXPECT_EQ(rendered("%10s|%.3s|%-10s|", {known, known, known}), "  SYN_SENT|SYN|SYN_SENT  |");
}

TEST(Format, ArraysAndRecords) {
  Value record{Record{{"a", "b"}, {integer(1), Value{Array{{integer(5), integer(6)}}}}}};
  EXPECT_EQ(rendered("%s", {record}), "{ .a = 1, .b = [5,6] }");
  EXPECT_EQ(rendered("%25s|%.6s|", {record, record}), "   { .a = 1, .b = [5,6] }|{ .a =|");
}

TEST(Format, StringsKeepTheirBytes) {
  std::string bytes("a\0\xff", 3);
  EXPECT_EQ(rendered("%s", {text(bytes)}), bytes);
}

TEST(Format, WrongArgumentsDoNoHarm) {
  EXPECT_EQ(rendered("%d %s", {}), "null null");
  EXPECT_EQ(rendered("%d", {text("word")}), "word");
  EXPECT_EQ(rendered("%d", {integer(1), integer(2)}), "1");
  EXPECT_EQ(rendered("%*d", {integer(INT64_MIN), integer(1)}).size(), 65535U);
}

} // namespace
} // namespace trc::output
