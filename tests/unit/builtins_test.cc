// The table of builtins: every row is well formed, and every example compiles against the fixture kernel.
#include <set>

#include <gtest/gtest.h>

#include "driver/pipeline.h"
#include "lang/builtins.h"

namespace trc {
namespace {

const std::string kRoot = TRC_TEST_DIR "/fixtures/kernel";

/// The rendered diagnostics of a program, "" if there are none.
std::string compile_text(const std::string& text) {
  Options options;
  options.program = text;
  options.kernel = kRoot;
  options.unsafe = true;
  auto script = read_script(options);
  auto kernel = Kernel::open(kRoot);
  if (!script || !kernel) return "no script or no kernel";
  Diagnostics diagnostics;
  auto program = compile(*script, *kernel, options, diagnostics);
  std::string said;
  for (const Diagnostic& diagnostic : diagnostics.list())
    if (diagnostic.id != DiagnosticId::debugf_used) said += render(diagnostic, script->sources, false);
  if (said.empty() && (!program || program->object.empty())) return "no object came out";
  return said;
}

TEST(Builtins, ExamplesCompile) {
  for (const Builtin& row : builtins())
    EXPECT_EQ(compile_text(std::string(row.example)), "") << row.name;
}

TEST(Builtins, ExamplesUseTheirBuiltin) {
  for (const Builtin& row : builtins())
    EXPECT_NE(row.example.find(row.name), row.example.npos) << row.name;
}

TEST(Builtins, NamesAreUniqueAndSorted) {
  // Within its kind, so that a reader finds a row.
  for (size_t i = 1; i < builtins().size(); ++i) {
    const Builtin &before = builtins()[i - 1], &row = builtins()[i];
    if (before.kind != row.kind) continue;
    EXPECT_LT(before.name, row.name);
  }
  std::set<std::string_view> names;
  for (const Builtin& row : builtins())
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(Builtins, RowsAreWellFormed) {
  for (const Builtin& row : builtins()) {
    EXPECT_LE(row.required, row.parameters.size()) << row.name;
    EXPECT_FALSE(row.doc.empty()) << row.name;
    EXPECT_NE(row.doc.back(), '.') << row.name;
    const bool is_value = row.kind == BuiltinKind::value;
    EXPECT_TRUE(!is_value || row.required == 0) << row.name;
    EXPECT_TRUE(is_value || row.result == "special") << row.name;
    EXPECT_EQ(find_builtin(row.name), &row);
    EXPECT_EQ(&builtin(row.id), &row);
  }
  EXPECT_EQ(find_builtin("no_such_thing"), nullptr);
}

TEST(Builtins, Parameters) {
  const Builtin& print = *find_builtin("print");
  EXPECT_EQ(print.parameters,
            (std::vector{ParameterKind::any, ParameterKind::number, ParameterKind::number}));
  EXPECT_EQ(print.required, 1U);
  EXPECT_FALSE(print.any_number);
  EXPECT_TRUE(find_builtin("printf")->any_number);
  EXPECT_TRUE(find_builtin("cpu")->parameters.empty());
}

// Values can be called too, as the older tools have it.
TEST(Builtins, ValuesWithParentheses) {
  for (const Builtin& row : builtins()) {
    if (row.kind != BuiltinKind::value) continue;
    const std::string probe(row.example.substr(0, row.example.find('{')));
    EXPECT_EQ(compile_text(probe + "{ print(" + std::string(row.name) + "()); exit(); }"), "") << row.name;
  }
}

} // namespace
} // namespace trc
