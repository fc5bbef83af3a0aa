// Formats are cut as printf(3) cuts them.
#include <gtest/gtest.h>

#include "program/format_spec.h"

namespace trc {
namespace {

std::vector<FormatPiece> parse(std::string_view format) {
  auto pieces = parse_format(format);
  EXPECT_TRUE(pieces.has_value()) << format;
  return pieces.value_or(std::vector<FormatPiece>{});
}

TEST(FormatSpec, LiteralsAndConversions) {
  auto pieces = parse("a %d b %s");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].literal, "a ");
  EXPECT_EQ(pieces[0].conversion, 'd');
  EXPECT_EQ(pieces[1].literal, " b ");
  EXPECT_EQ(pieces[1].conversion, 's');
  pieces = parse("%d\n");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].literal, "\n");
  EXPECT_EQ(pieces[1].conversion, 0);
  EXPECT_TRUE(parse("").empty());
}

TEST(FormatSpec, PercentSigns) {
  auto pieces = parse("100%% of %d%%");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].literal, "100% of ");
  EXPECT_EQ(pieces[1].literal, "%");
}

TEST(FormatSpec, PercentWithoutConversionIsText) {
  EXPECT_EQ(parse("100%")[0].literal, "100%");
  EXPECT_EQ(parse("100%\n")[0].literal, "100%\n");
  EXPECT_EQ(parse("a %-5.3, b")[0].literal, "a %-5.3, b");
  EXPECT_EQ(parse("% ")[0].literal, "% ");
  auto pieces = parse("50%! %d");
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].literal, "50%! ");
  EXPECT_FALSE(pieces[0].alternate);
}

TEST(FormatSpec, FlagsInAnyOrder) {
  FormatPiece piece = parse("%0# +-12.34lld")[0];
  EXPECT_TRUE(piece.left && piece.plus && piece.blank && piece.alternate && piece.zero);
  EXPECT_EQ(piece.width, 12U);
  EXPECT_EQ(piece.precision, 34U);
  EXPECT_EQ(piece.length_bytes, 8U);
  EXPECT_EQ(parse("%-+ #0x")[0], parse("%0# +-x")[0]);
}

TEST(FormatSpec, Lengths) {
  struct Case {
    const char* format;
    uint32_t bytes;
  };
  for (Case c : {Case{"%hhd", 1},
                 {"%hd", 2},
                 {"%d", 0},
                 {"%ld", 8},
                 {"%lld", 8},
                 {"%jd", 8},
                 {"%zu", 8},
                 {"%tx", 8},
                 {"%ls", 0},
                 {"%lc", 0}}) {
    EXPECT_EQ(parse(c.format)[0].length_bytes, c.bytes) << c.format;
  }
}

TEST(FormatSpec, StarsAndPoints) {
  FormatPiece piece = parse("%*.*d")[0];
  EXPECT_TRUE(piece.width_from_argument && piece.precision_from_argument);
  EXPECT_FALSE(piece.width || piece.precision);
  EXPECT_EQ(parse("%.d")[0].precision, 0U);
  EXPECT_EQ(argument_count(parse("%*.*d %s %%")), 4U);
  EXPECT_EQ(argument_count(parse("none")), 0U);
}

FormatError error(std::string_view format) {
  auto pieces = parse_format(format);
  EXPECT_FALSE(pieces.has_value()) << format;
  return pieces ? FormatError{} : pieces.error();
}

TEST(FormatSpec, Ranges) {
  const std::vector<FormatPiece> pieces = parse("ab%5dc%%%-3rx%gr");
  EXPECT_EQ(pieces[0].range, (FormatRange{2, 5}));
  EXPECT_EQ(pieces[1].range, (FormatRange{8, 13}));
  EXPECT_EQ(pieces[2].range, (FormatRange{13, 16}));
  EXPECT_EQ(pieces[2].conversion, 'g');
  EXPECT_EQ(error("a%d %.2f").range, (FormatRange{4, 8}));
  EXPECT_EQ(lone_percents("5%, %d%% %"), (std::vector<FormatRange>{{1, 2}, {9, 10}}));
  EXPECT_EQ(error("%2$d").specifier, "%2$");
}

TEST(FormatSpec, Refusals) {
  for (char letter : std::string_view("eEfFgGaA")) {
    FormatError refused = error(std::string("a %d %.2") + letter);
    EXPECT_EQ(refused.specifier, std::string("%.2") + letter);
    EXPECT_EQ(refused.cause, "there are no floating point numbers here");
  }
  EXPECT_EQ(error("%n").cause, "it would write to memory");
  EXPECT_EQ(error("%y").cause, "there is no such conversion");
  EXPECT_EQ(error("%lll").specifier, "%lll");
  EXPECT_EQ(error("%65536d").cause, "a width or precision is at most 65535");
  EXPECT_EQ(error("%.99999999999999999999d").specifier, "%.99999999999999999999");
}

} // namespace
} // namespace trc
