// Places in sources, and diagnostics as text.
#include <gtest/gtest.h>

#include "base/diagnostic.h"

namespace trc {
namespace {

TEST(Sources, LinesAndColumnsFromOne) {
  Sources sources;
  const uint32_t base = sources.add("a.trc", "ab\n\ncd\n");
  auto place = [&](uint32_t offset) {
    Location at = sources.locate(base + offset);
    return std::pair(at.line, at.column);
  };
  EXPECT_EQ(place(0), std::pair(1U, 1U));
  EXPECT_EQ(place(2), std::pair(1U, 3U)); // the line feed belongs to its line
  EXPECT_EQ(place(3), std::pair(2U, 1U));
  EXPECT_EQ(place(4), std::pair(3U, 1U));
  EXPECT_EQ(place(7), std::pair(4U, 1U)); // the end
  EXPECT_EQ(sources.line_at(base + 5), "cd");
  EXPECT_EQ(sources.line_at(base + 3), "");
}

TEST(Sources, SeveralTextsApart) {
  Sources sources;
  const uint32_t first = sources.add("a", "one"), second = sources.add("b", "two\nthree"),
                 third = sources.add("c", "");
  EXPECT_EQ(sources.locate(first + 3).source, "a"); // its end is not the next one's start
  EXPECT_EQ(sources.locate(second).source, "b");
  EXPECT_EQ(sources.locate(third).source, "c");
  EXPECT_EQ(sources.text(second), "two\nthree");
  EXPECT_EQ(sources.slice({second + 4, second + 9}), "three");
  EXPECT_EQ(sources.line_at(second + 4), "three");
}

TEST(Sources, LineEndsOfOtherSystems) {
  Sources sources;
  const uint32_t base = sources.add("a", "one\r\ntwo\r\n");
  EXPECT_EQ(sources.line_at(base), "one");
  EXPECT_EQ(sources.locate(base + 5).line, 2U);
}

TEST(Spans, Join) {
  EXPECT_EQ(join({3, 5}, {1, 4}), (Span{1, 5}));
  EXPECT_EQ(join({1, 2}, {7, 9}), (Span{1, 9}));
}

/// What is rendered for the part of `text` that is `marked`, without its first line.
std::string excerpt_of(const std::string& text, uint32_t begin, uint32_t end) {
  Sources sources;
  const uint32_t base = sources.add("t", text);
  std::string rendered =
      render({DiagnosticId::constant_zero_division, {base + begin, base + end}, {}}, sources, false);
  return rendered.substr(rendered.find('\n') + 1);
}

TEST(Render, MarksWhatIsMeant) {
  EXPECT_EQ(excerpt_of("begin { x }", 8, 9), "begin { x }\n        ~\n");
  EXPECT_EQ(excerpt_of("ab\ncd ef\ngh", 6, 8), "cd ef\n   ~~\n");
}

TEST(Render, TabsAreFourBlanks) { EXPECT_EQ(excerpt_of("\tab", 1, 3), "    ab\n    ~~\n"); }

TEST(Render, Utf8TakesOneColumnForACharacter) {
  EXPECT_EQ(excerpt_of("\"äö€\" x", 10, 11), "\"äö€\" x\n      ~\n");
  EXPECT_EQ(excerpt_of("\"äö€\" x", 0, 9), "\"äö€\" x\n~~~~~\n");
}

TEST(Render, EmptySpans) {
  EXPECT_EQ(excerpt_of("ab\ncd", 2, 2), "ab\n  ^\n"); // at the end of a line
  EXPECT_EQ(excerpt_of("ab\n", 3, 3), "\n^\n");       // at the end of the text
  EXPECT_EQ(excerpt_of("", 0, 0), "\n^\n");
  EXPECT_EQ(excerpt_of("abc", 1, 1), "abc\n ^\n");
}

TEST(Render, OfSeveralLinesTheFirst) { EXPECT_EQ(excerpt_of("ab\ncdef", 1, 6), "ab\n ~\n"); }

TEST(Render, NothingButCharactersReachesTheTerminal) {
  EXPECT_EQ(excerpt_of("a\x1b[1mb", 5, 6), "a\\x1b[1mb\n        ~\n");
  EXPECT_EQ(excerpt_of("a\xff\xc3z", 3, 4), "a\\xff\\xc3z\n         ~\n");
}

TEST(Render, OfALongLineThePartThatMatters) {
  const std::string before(1'000, 'a'), after(1'000, 'b');
  EXPECT_EQ(excerpt_of(before + "xx" + after, 1'000, 1'002),
            "…" + std::string(60, 'a') + "xx" + std::string(98, 'b') + "…\n" + std::string(61, ' ') + "~~\n");
  EXPECT_EQ(excerpt_of("xx" + after, 0, 2), "xx" + std::string(158, 'b') + "…\n~~\n");
  EXPECT_EQ(excerpt_of(before, 1'000, 1'000),
            "…" + std::string(60, 'a') + "\n" + std::string(61, ' ') + "^\n");
  EXPECT_EQ(excerpt_of(before, 0, 1'000), std::string(160, 'a') + "…\n" + std::string(160, '~') + "\n");
}

TEST(Render, TextHintAndColor) {
  Sources sources;
  const uint32_t base = sources.add("stdin", "print(foo)");
  Diagnostic diagnostic = {DiagnosticId::unknown_name, {base + 6, base + 9}, {"foo", "did you mean `for`?"}};
  EXPECT_EQ(render(diagnostic, sources, false), "stdin:1:7: error: unknown name `foo` [unknown_name]\n"
                                                "print(foo)\n      ~~~\nhint: did you mean `for`?\n");
  diagnostic.arguments[1].clear();
  EXPECT_EQ(render(diagnostic, sources, false).find("hint"), std::string::npos);
  EXPECT_NE(render(diagnostic, sources, true).find("\033[1;31merror: \033[0m"), std::string::npos);
}

TEST(Diagnostics, RepetitionsAndOrder) {
  Diagnostics diagnostics;
  diagnostics.report(DiagnosticId::unknown_name, Span{5, 6}, "b", "");
  diagnostics.report(DiagnosticId::unknown_name, Span{1, 2}, "a", "");
  diagnostics.report(DiagnosticId::unknown_name, Span{5, 6}, "b again", "");
  diagnostics.report(DiagnosticId::unknown_function, Span{5, 6}, "c", "");
  ASSERT_EQ(diagnostics.list().size(), 3U);
  diagnostics.sort_by_place();
  EXPECT_EQ(diagnostics.list()[0].arguments[0], "a");
  EXPECT_EQ(diagnostics.list()[1].arguments[0], "b");
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  diagnostics.report(DiagnosticId::value_dropped, Span{});
  EXPECT_FALSE(diagnostics.has_errors());
}

// The wording of all rows: lower case, no full stop.
TEST(Diagnostics, RowsKeepTheWordingRules) {
  for (const DiagnosticRow& row : diagnostic_rows()) {
    for (std::string_view text : {std::string_view(row.text), std::string_view(row.hint)}) {
      if (text.empty()) continue;
      EXPECT_FALSE(std::isupper(static_cast<unsigned char>(text.front()))) << row.name;
      EXPECT_NE(text.back(), '.') << row.name;
    }
  }
}

} // namespace
} // namespace trc
