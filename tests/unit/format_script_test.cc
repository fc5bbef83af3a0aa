// The formatter: over all scripts of the tree, its own output stays as it is, and the syntax tree stays the
// same.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "format/format.h"
#include "parser/ast_dump.h"
#include "parser/parser.h"

namespace trc {
namespace {

struct Formatted {
  bool parses = false;
  std::string text, tree;
};

Formatted formatted(const std::string& script) {
  Sources sources;
  sources.add("before", "another text");
  const uint32_t base = sources.add("test", script);
  Diagnostics diagnostics;
  const ast::Program program = parse(sources, base, diagnostics, ScriptRole::imported);
  if (diagnostics.has_errors()) return {};
  return {true, format_script(sources, base), ast::dump(program, sources)};
}

void expect_stable(const std::string& script, const std::string& name) {
  const Formatted first = formatted(script);
  if (!first.parses) return;
  const Formatted second = formatted(first.text);
  ASSERT_TRUE(second.parses) << name << " does not parse any more:\n" << first.text;
  EXPECT_EQ(first.text, second.text) << name;
  EXPECT_EQ(first.tree, second.tree) << name;
}

TEST(FormatScript, ScriptsOfTheTreeStayWhatTheyAre) {
  size_t count = 0;
  for (const char* folder : {"/golden", "/../examples", "/../src/library", "/bench"})
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(TRC_TEST_DIR) + folder)) {
      if (entry.path().extension() != ".trc") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      expect_stable(text.str(), entry.path());
      ++count;
    }
  EXPECT_GT(count, 100u);
}

TEST(FormatScript, CommentsAnywhere) {
  // A comment of either kind between any two tokens, behind a line end or not.
  const std::vector<std::string> tokens = {
      "begin", ",", "end", "/", "pid", "==", "1",     "/", "{", "$x",   "=", "f", "(", "1",  ",",
      "-",     "2", ")",   ";", "if",  "1",  "{",     "2", "}", "else", "{", "}", ";", "$y", "=",
      "{",     "3", "}",   ";", "@x",  "}",  "macro", "m", "(", "a",    ")", "{", "a", "}"};
  for (const char* comment : {"/* c */ ", " // c\n", "\n/* c */\n", "\n// c\n", "/* c */ // d\n"})
    for (size_t place = 0; place <= tokens.size(); ++place) {
      std::string script;
      for (size_t i = 0; i <= tokens.size(); ++i) {
        if (i == place) script += comment;
        if (i < tokens.size()) script += tokens[i] + " ";
      }
      expect_stable(script, script);
      const std::string text = formatted(script).text;
      EXPECT_TRUE(text.find(" c") != text.npos) << script;
    }
}

TEST(FormatScript, NothingStaysNothing) {
  EXPECT_EQ(formatted("").text, "");
  EXPECT_EQ(formatted("\n\n  \n").text, "");
  EXPECT_EQ(formatted("\n// only this").text, "// only this\n");
}

} // namespace
} // namespace trc
