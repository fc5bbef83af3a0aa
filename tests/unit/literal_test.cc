// Integer literals: every form of the reference, and what is wrong with those that are none.
#include <gtest/gtest.h>

#include "lang/literal.h"

namespace trc {
namespace {

struct Good {
  const char* text;
  uint64_t value;
  bool unsigned_suffix = false;
  bool is_duration = false;
};

TEST(IntegerLiteral, Forms) {
  const Good cases[] = {
      {"0", 0},
      {"00", 0},
      {"123", 123},
      {"1_000_000", 1'000'000},
      {"1__0", 10},
      {"0xff", 255},
      {"0XFF", 255},
      {"0xFFFF_ffff", 0xffffffff},
      {"0777", 511},
      {"1e6", 1'000'000},
      {"5E3", 5'000},
      {"1e19", 10'000'000'000'000'000'000U},
      {"18446744073709551615", 18446744073709551615U},
      {"0xffffffffffffffff", 18446744073709551615U},
      {"1u", 1, true},
      {"1ul", 1, true},
      {"18446744073709551615ull", 18446744073709551615U, true},
      {"4294967295u", 4294967295, true},
      {"1l", 1},
      {"9223372036854775807ll", 9223372036854775807},
      {"1ns", 1, false, true},
      {"1us", 1'000, false, true},
      {"1ms", 1'000'000, false, true},
      {"1s", 1'000'000'000, false, true},
      {"1m", 60'000'000'000, false, true},
      {"1h", 3'600'000'000'000, false, true},
      {"1d", 86'400'000'000'000, false, true},
      {"2e3ms", 2'000'000'000, false, true},
  };
  for (const Good& c : cases) {
    auto literal = parse_integer(c.text);
    ASSERT_TRUE(literal.has_value()) << c.text << ": " << literal.error().cause;
    EXPECT_EQ(*literal, (IntegerLiteral{c.value, c.unsigned_suffix, c.is_duration})) << c.text;
  }
}

TEST(IntegerLiteral, Mistakes) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no digits"},
      {"x", "no digits"},
      {"0x", "no digits"},
      {"_1", "no digits"},
      {"12_", "it ends with `_`"},
      {"0x1_", "it ends with `_`"},
      {"12abc", "unknown suffix `abc`"},
      {"1U", "unknown suffix `U`"},
      {"1LL", "unknown suffix `LL`"},
      {"5 ", "unknown suffix ` `"},
      {"-5", "no digits"},
      {"089", "`8` is not an octal digit"},
      {"0xfg", "`g` is not part of a hexadecimal number"},
      {"0xffu", "`u` is not part of a hexadecimal number"},
      {"10e3", "the part before `e` must be one digit from 1 to 9"},
      {"0e3", "the part before `e` must be one digit from 1 to 9"},
      {"1e", "the exponent must start with 1 to 9"},
      {"1e06", "the exponent must start with 1 to 9"},
      {"1ex", "the exponent must be a number"},
      {"1e20", "it is larger than 18446744073709551615"},
      {"1e99999999999999999999", "the exponent must be a number"},
      {"18446744073709551616", "it is larger than 18446744073709551615"},
      {"0x10000000000000000", "it is larger than 18446744073709551615"},
      {"4294967296u", "it is larger than 4294967295"},
      {"9223372036854775808l", "it is larger than 9223372036854775807"},
      {"213504d", "it is larger than 18446744073709551615"},
      {"0b101", "unknown suffix `b101`"},
  };
  for (const auto& [text, cause] : cases) {
    auto literal = parse_integer(text);
    ASSERT_FALSE(literal.has_value()) << text;
    EXPECT_EQ(literal.error().cause, cause) << text;
  }
}

TEST(IntegerLiteral, BinaryOnlyInTextFromOutside) {
  EXPECT_EQ(parse_integer("0b101", LiteralOrigin::text)->value, 5U);
  EXPECT_EQ(parse_integer("0B1_1", LiteralOrigin::text)->value, 3U);
  EXPECT_FALSE(parse_integer("0b", LiteralOrigin::text).has_value());
  EXPECT_FALSE(parse_integer("0b2", LiteralOrigin::text).has_value());
}

} // namespace
} // namespace trc
