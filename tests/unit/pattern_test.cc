#include "lang/pattern.h"

#include <gtest/gtest.h>

namespace trc {
namespace {

bool glob(std::string_view pattern, std::string_view text) {
  const auto read = wildcard_pattern(pattern);
  return read && matches(*read, text);
}

TEST(Pattern, Wildcards) {
  EXPECT_TRUE(glob("", ""));
  EXPECT_FALSE(glob("", "a"));
  EXPECT_TRUE(glob("*", ""));
  EXPECT_TRUE(glob("a*b*c", "aXbXbXc"));
  EXPECT_FALSE(glob("a*b*c", "aXbXbX"));
  EXPECT_TRUE(glob("?b", "ab"));
  EXPECT_FALSE(glob("?", ""));
  EXPECT_TRUE(glob("*.so.[0-9]", "libc.so.6"));
  EXPECT_FALSE(glob("*.so.[!0-9]", "libc.so.6"));
  EXPECT_TRUE(glob("[]a]", "]"));
  EXPECT_TRUE(glob("[a-]", "-"));
  EXPECT_TRUE(glob("a\\*", "a*"));
  EXPECT_FALSE(glob("a\\*", "ab"));
}

TEST(Pattern, Limits) {
  EXPECT_TRUE(wildcard_pattern(std::string(kMostElements, 'x') + "**"));
  EXPECT_FALSE(wildcard_pattern(std::string(kMostElements + 1, 'x')));
  EXPECT_FALSE(wildcard_pattern("a[b"));
}

TEST(Pattern, Search) {
  EXPECT_TRUE(matches(search_pattern("needle"), "neneedle in hay"));
  EXPECT_FALSE(matches(search_pattern("needle"), "needl"));
}

} // namespace
} // namespace trc
