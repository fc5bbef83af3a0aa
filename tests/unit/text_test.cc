// Text helpers: wildcards, near words, splitting, filling in.
#include <gtest/gtest.h>

#include "base/text.h"

namespace trc {
namespace {

/// The obvious and slow way, to compare with.
bool slow_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && pattern[0] == text[0] && slow_match(pattern.substr(1), text.substr(1));
  for (size_t skip = 0; skip <= text.size(); ++skip)
    if (slow_match(pattern.substr(1), text.substr(skip))) return true;
  return false;
}

TEST(Glob, AgreesWithTheObviousWay) {
  std::vector<std::string> patterns = {""}, texts = {""};
  auto grow = [](std::vector<std::string>& list, std::string_view alphabet, size_t longest) {
    for (size_t i = 0; i < list.size(); ++i)
      if (list[i].size() < longest)
        for (char c : alphabet)
          list.push_back(list[i] + c);
  };
  grow(patterns, "ab*", 5);
  grow(texts, "ab", 6);
  for (const std::string& pattern : patterns)
    for (const std::string& text : texts)
      ASSERT_EQ(glob_match(pattern, text), slow_match(pattern, text)) << pattern << " on " << text;
}

TEST(Glob, NothingButTheStarIsSpecial) {
  EXPECT_TRUE(glob_match("a?[b]", "a?[b]"));
  EXPECT_FALSE(glob_match("a?", "ab"));
  EXPECT_TRUE(glob_match("sys_enter_*at*", "sys_enter_newfstatat"));
}

TEST(Glob, ManyStarsAreQuick) {
  std::string pattern, text(2'000, 'a');
  for (int i = 0; i < 200; ++i)
    pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "*b", text));
}

TEST(Nearest, FindsWhatIsNearForItsLength) {
  const std::vector<std::string> words = {"count", "comm", "printf", "print", "sched_switch"};
  EXPECT_EQ(nearest("cuont", words), "count"); // two neighbours swapped are one step
  EXPECT_EQ(nearest("commm", words), "comm");
  EXPECT_EQ(nearest("printff", words), "printf");
  EXPECT_EQ(nearest("shced_swtich", words), "sched_switch");
  EXPECT_EQ(nearest("zzz", words), std::nullopt);
  EXPECT_EQ(nearest("c", {"a", "b"}), std::nullopt); // one letter is like no other
  EXPECT_EQ(nearest("struct nosuch", {"struct module"}), std::nullopt);
  EXPECT_EQ(nearest("struct modlue", {"struct module"}), "struct module");
  EXPECT_EQ(nearest("enum module", {"struct module"}), "struct module");
  EXPECT_EQ(nearest("co", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest("count", {}), std::nullopt);
}

TEST(Text, Split) {
  EXPECT_EQ(split("a:b::c", ':'), (std::vector<std::string_view>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ':'), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split(":", ':'), (std::vector<std::string_view>{"", ""}));
}

TEST(Text, Trim) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, FillIn) {
  EXPECT_EQ(fill_in("`{0}` and {1}{0}", {"a", "b"}), "`a` and ba");
  EXPECT_EQ(fill_in("{2}|{x}|{|{0", {"a"}), "|{x}|{|{0");
  EXPECT_EQ(fill_in("{0}", {"{1}", "no"}), "{1}"); // what a user wrote is not looked at again
}

} // namespace
} // namespace trc
