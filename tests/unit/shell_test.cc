// Commands of system(): no value of a format becomes a part of the command.
#include <cstdlib>
#include <gtest/gtest.h>

#include "runtime/shell.h"

namespace trc::runtime {
namespace {

using output::Value;

ShellCommand command(std::string_view format, const std::vector<Value>& values) {
  auto pieces = parse_format(format);
  EXPECT_TRUE(pieces.has_value()) << format;
  return pieces ? shell_command(*pieces, values) : ShellCommand();
}

std::string output_of(std::string_view format, const std::vector<Value>& values) {
  std::string out;
  const Signals signals;
  EXPECT_TRUE(run_shell(command(format, values), signals, [&](std::string_view part) { out += part; }));
  return out;
}

Value text(std::string bytes) { return {std::move(bytes)}; }

TEST(Shell, NumbersStandInTheText) {
  EXPECT_EQ(command("kill -%d %5d %x", {{int64_t{9}}, {uint64_t{123}}, {uint64_t{255}}}).text,
            "kill -9   123 ff");
  EXPECT_EQ(command("echo %c", {{int64_t{';'}}}).text, "echo \"${TRC_VALUE_1}\"");
  EXPECT_EQ(command("echo %d", {text("a;b")}).text, "echo \"${TRC_VALUE_1}\"");
  EXPECT_EQ(command("100%%", {}).text, "100%");
}

TEST(Shell, TextIsReferredTo) {
  const ShellCommand made = command("a %s '%s' \"%s\" \\\"%s", {text("1"), text("2"), text("3"), text("4")});
  EXPECT_EQ(made.text,
            "a \"${TRC_VALUE_1}\" ''\"${TRC_VALUE_2}\"'' \"${TRC_VALUE_3}\" \\\"\"${TRC_VALUE_4}\"");
  EXPECT_EQ(made.values,
            (std::vector<std::string>{"TRC_VALUE_1=1", "TRC_VALUE_2=2", "TRC_VALUE_3=3", "TRC_VALUE_4=4"}));
}

// In whatever quotes, in substitutions and here-documents: the text arrives as it is, and nothing of it runs.
TEST(Shell, NothingIsInjected) {
  const std::vector<std::string> evil = {
      "$(echo RUN)", "`echo RUN`", "'; echo RUN; '", "\"; echo RUN; \"", "; echo RUN", "\necho RUN\n", "*",
      "a  b",        "\\",         "$HOME",          "'$(echo RUN)'",    "| cat",      "-n",           "",
      "\xff\x01"};
  for (const std::string& word : evil) {
    for (const char* format : {"printf '%%s' %s", "printf '%%s' '%s'", "printf '%%s' \"%s\"",
                               "printf %%s \"$(printf %%s \"%s\")\"", "printf %%s \"$( (printf %%s %s) )\"",
                               "printf '%%s' \"$(printf '%%s' '%s')\""}) {
      std::string expected = word;
      if (std::string_view(format).contains("$(")) // which takes line feeds off the end
        while (expected.ends_with('\n'))
          expected.pop_back();
      EXPECT_EQ(output_of(format, {text(word)}), expected) << format;
    }
    EXPECT_EQ(output_of("cat <<END\n%s\nEND", {text("$(echo RUN)")}), "\"$(echo RUN)\"\n");
  }
}

TEST(Shell, WidthIsPartOfTheWord) { EXPECT_EQ(output_of("printf '[%%s]' %5s", {text("ab")}), "[   ab]"); }

TEST(Shell, EndsWithTheShell) {
  const auto start = std::time(nullptr);
  EXPECT_EQ(output_of("sleep 30 & echo started", {}), "started\n");
  EXPECT_LT(std::time(nullptr) - start, 20);
  EXPECT_EQ(output_of("no-such-command-here 2>/dev/null", {}), "");
}

TEST(Shell, MuchOutput) { EXPECT_EQ(output_of("seq 1 100000", {}).size(), 588895U); }

} // namespace
} // namespace trc::runtime
