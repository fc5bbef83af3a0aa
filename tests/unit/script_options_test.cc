// Options of a script, from behind `--` on the command line.
#include <gtest/gtest.h>

#include "driver/script_options.h"

namespace trc {
namespace {

OptionInfo option(std::string name, ValueKind kind, uint32_t size, bool is_signed, uint64_t number,
                  std::string text, std::string description) {
  return {.name = std::move(name),
          .description = std::move(description),
          .layout = {.kind = kind, .is_signed = is_signed, .offset = 64, .size = size},
          .number = number,
          .text = std::move(text)};
}

Manifest with_options() {
  Manifest manifest;
  manifest.source_name = "a.trc";
  manifest.options = {option("verbose", ValueKind::boolean, 1, false, 0, "", "say more"),
                      option("depth", ValueKind::integer, 8, true, static_cast<uint64_t>(-1), "", "how deep"),
                      option("limit", ValueKind::integer, 8, false, UINT64_MAX, "", ""),
                      option("name", ValueKind::string, 8, false, 0, "x", "which one")};
  return manifest;
}

Manifest after(const std::vector<std::string>& given) {
  Manifest manifest = with_options();
  auto done = set_script_options(manifest, given);
  EXPECT_TRUE(done.has_value()) << done.error().cause;
  return manifest;
}
uint64_t flag(const std::string& word) { return after({word}).options[0].number; }
int64_t depth(const std::string& value) {
  return static_cast<int64_t>(after({"--depth=" + value}).options[1].number);
}

std::string refusal(const std::vector<std::string>& given, Manifest manifest = with_options()) {
  auto done = set_script_options(manifest, given);
  return done ? "none" : done.error().cause + " / " + done.error().hint;
}

TEST(ScriptOptions, Booleans) {
  for (const char* word : {"--verbose", "--verbose=true", "--verbose=1", "--verbose=on", "--verbose=yes"})
    EXPECT_EQ(flag(word), 1U) << word;
  for (const char* word : {"--verbose=false", "--verbose=0", "--verbose=off", "--verbose=no"})
    EXPECT_EQ(flag(word), 0U) << word;
}

TEST(ScriptOptions, Numbers) {
  EXPECT_EQ(depth("7"), 7);
  EXPECT_EQ(depth("-7"), -7);
  EXPECT_EQ(depth("0x10"), 16);
  EXPECT_EQ(depth("0b101"), 5);
  EXPECT_EQ(depth("-0b101"), -5);
  EXPECT_EQ(depth("1e3"), 1000);
  EXPECT_EQ(depth("1_000"), 1000);
  EXPECT_EQ(depth("2ms"), 2'000'000);
  EXPECT_EQ(depth("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(after({"--limit=18446744073709551615"}).options[2].number, UINT64_MAX);
  EXPECT_EQ(after({"--limit=-0"}).options[2].number, 0U);
}

TEST(ScriptOptions, Strings) {
  EXPECT_EQ(after({"--name=a=b c"}).options[3].text, "a=b c");
  EXPECT_EQ(after({"--name="}).options[3].text, "");
  EXPECT_EQ(after({"--name=1234567"}).options[3].text, "1234567");
}

TEST(ScriptOptions, TheLastOneCounts) {
  EXPECT_EQ(after({"--depth=1", "--verbose", "--depth=2"}).options[1].number, 2U);
  EXPECT_EQ(after({}), with_options());
}

TEST(ScriptOptions, Mistakes) {
  EXPECT_EQ(refusal({"--bb"}),
            "the script has no option `--bb` / the script's options are `--verbose` `--depth` "
            "`--limit` `--name`");
  EXPECT_EQ(refusal({"--dept=1"}),
            "the script has no option `--dept` / did you mean `--depth`? the script's options "
            "are `--verbose` `--depth` `--limit` `--name`");
  EXPECT_EQ(refusal({"--bb"}, {}),
            "the script has no options, and `--bb` was given / what begins with `--` behind "
            "`--` is an option of the script, declared by `getopt()`");
  EXPECT_EQ(refusal({"--depth"}), "`--depth` needs a value / write `--depth=VALUE`");
  EXPECT_TRUE(refusal({"--depth=x"}).starts_with("`x` is no number for `--depth`: "));
  EXPECT_TRUE(refusal({"--depth="}).starts_with("`` is no number for `--depth`: "));
  EXPECT_TRUE(refusal({"--depth=--5"}).starts_with("`--5` is no number for `--depth`: "));
  EXPECT_TRUE(refusal({"--depth=9223372036854775808"}).contains("out of range"));
  EXPECT_TRUE(refusal({"--depth=-9223372036854775809"}).contains("out of range"));
  EXPECT_TRUE(refusal({"--limit=-1"}).contains("out of range"));
  EXPECT_TRUE(refusal({"--verbose=maybe"}).starts_with("`maybe` is no value for `--verbose`"));
  EXPECT_TRUE(refusal({"--verbose="}).starts_with("`` is no value for `--verbose`"));
  EXPECT_TRUE(refusal({"--name=12345678"}).starts_with("the value of `--name` is too long"));
}

TEST(ScriptOptions, Help) {
  EXPECT_TRUE(asks_for_help({"--name=x", "--help"}));
  EXPECT_FALSE(asks_for_help({"--name=--help"}));
  EXPECT_EQ(script_usage(with_options()), "options of a.trc:\n"
                                          "  --verbose  say more (default false)\n"
                                          "  --depth    how deep (default -1)\n"
                                          "  --limit    (default 18446744073709551615)\n"
                                          "  --name     which one (default \"x\")\n");
}

} // namespace
} // namespace trc
