// The parser: precedence, spans, recovery, and that no input takes it down. Trees and messages case by case
// are in tests/golden/parse.
#include <gtest/gtest.h>

#include "parser/ast_dump.h"
#include "parser/parser.h"

namespace trc {
namespace {

struct Parsed {
  Sources sources;
  Diagnostics diagnostics;
  ast::Program program;

  explicit Parsed(const std::string& text) {
    sources.add("before", "another text");
    program = parse(sources, sources.add("test", text), diagnostics);
  }
  std::string errors() const {
    std::string ids;
    for (const Diagnostic& diagnostic : diagnostics.list())
      ids += (ids.empty() ? "" : " ") + std::string(diagnostic_row(diagnostic.id).name);
    return ids;
  }
};

/// The dump of one statement.
std::string statement(const std::string& text) {
  Parsed parsed("begin { " + text + " }");
  if (!parsed.errors().empty()) return parsed.errors();
  std::string dump = ast::dump(parsed.program, parsed.sources);
  const std::string head = "probe\n  attach_point begin\n  body\n    ";
  EXPECT_TRUE(dump.starts_with(head));
  return dump.substr(head.size(), dump.size() - head.size() - 1);
}

std::string expression(const std::string& text) {
  std::string dump = statement("_ = " + text);
  return dump.starts_with("discard ") ? dump.substr(8) : dump;
}

TEST(Parser, BinaryOperatorsBindAsInC) {
  // Each level with the next tighter one, from both sides.
  const std::vector<std::pair<std::string, std::string>> levels = {
      {"||", "logical_or"}, {"&&", "logical_and"}, {"|", "bit_or"},      {"^", "bit_xor"}, {"&", "bit_and"},
      {"==", "equal"},      {"<", "less"},         {"<<", "shift_left"}, {"+", "add"},     {"*", "multiply"}};
  for (size_t i = 0; i + 1 < levels.size(); ++i) {
    const auto& [loose, loose_name] = levels[i];
    const auto& [tight, tight_name] = levels[i + 1];
    EXPECT_EQ(expression("a " + loose + " b " + tight + " c"),
              "(" + loose_name + " a (" + tight_name + " b c))");
    EXPECT_EQ(expression("a " + tight + " b " + loose + " c"),
              "(" + loose_name + " (" + tight_name + " a b) c)");
  }
  for (const auto& [op, name] : levels)
    EXPECT_EQ(expression("a " + op + " b " + op + " c"), "(" + name + " (" + name + " a b) c)");
}

TEST(Parser, OtherOperatorsOfALevelAreLeftAssociative) {
  EXPECT_EQ(expression("a == b != c"), "(not_equal (equal a b) c)");
  EXPECT_EQ(expression("a > b <= c >= d"), "(greater_equal (less_equal (greater a b) c) d)");
  EXPECT_EQ(expression("a >> b << c"), "(shift_left (shift_right a b) c)");
  EXPECT_EQ(expression("a - b + c"), "(add (subtract a b) c)");
  EXPECT_EQ(expression("a / b % c"), "(modulo (divide a b) c)");
  EXPECT_EQ(expression("a - (b + c)"), "(subtract a (add b c))");
}

TEST(Parser, UnaryAndPostfix) {
  EXPECT_EQ(expression("-a * !b + ~c"), "(add (multiply (negate a) (logical_not b)) (bit_not c))");
  EXPECT_EQ(expression("- - 1"), "(negate (negate 1))");
  EXPECT_EQ(expression("-$x++"), "(negate (post_increment $x))");
  EXPECT_EQ(expression("++@x[1] - --$y"), "(subtract (pre_increment (map @x 1)) (pre_decrement $y))");
  EXPECT_EQ(expression("a.b->c"), "(arrow (member a b) c)");
  EXPECT_EQ(expression("($x)--"), "(post_decrement $x)");
}

TEST(Parser, Ternary) {
  EXPECT_EQ(expression("a ? b : c ? d : e"), "(ternary a b (ternary c d e))");
  EXPECT_EQ(expression("a ? b ? c : d : e"), "(ternary a (ternary b c d) e)");
  EXPECT_EQ(expression("a ?: b ? : c"), "(ternary a (ternary b c))");
  EXPECT_EQ(expression("a || b ? c : d"), "(ternary (logical_or a b) c d)");
}

TEST(Parser, AssignmentsTakeVariablesAndMapsOnly) {
  EXPECT_EQ(statement("$x = 1;"), "assign $x 1");
  EXPECT_EQ(statement("@x[a, b] >>= 1"), "assign_shift_right (map @x a b) 1");
  EXPECT_EQ(statement("5 = 1;"), "not_assignable");
  EXPECT_EQ(statement("a = 1;"), "not_assignable");
  EXPECT_EQ(statement("f() += 1;"), "not_assignable");
  EXPECT_EQ(statement("_ += 1;"), "not_assignable");
  EXPECT_EQ(statement("$a->b = 1;"), "field_not_assignable");
  EXPECT_EQ(statement("$a.0 = 1;"), "field_not_assignable");
  EXPECT_EQ(statement("++5;"), "bad_step");
  EXPECT_EQ(statement("pid++;"), "bad_step");
}

TEST(Parser, SpansCountOverAllSources) {
  Parsed parsed("kprobe:f, kprobe:g /(a + b) == 1/ { print(1, 2); $x = @y[1]; if 1 { } else { } }");
  ASSERT_EQ(parsed.errors(), "");
  const ast::Probe& probe = parsed.program.probes.at(0);
  auto text = [&](Span span) { return parsed.sources.slice(span); };
  EXPECT_TRUE(text(probe.span).starts_with("kprobe:f, "));
  EXPECT_TRUE(text(probe.span).ends_with("{ } }"));
  EXPECT_EQ(text(probe.attach_points.at(1).span), "kprobe:g");
  EXPECT_EQ(text(probe.predicate->span), "(a + b) == 1");
  const auto& comparison = std::get<ast::Binary>(probe.predicate->node);
  EXPECT_EQ(text(comparison.op_span), "==");
  EXPECT_EQ(text(comparison.left->span), "(a + b)");
  EXPECT_EQ(text(probe.body.statements.at(0)->span), "print(1, 2)");
  EXPECT_EQ(text(probe.body.statements.at(1)->span), "$x = @y[1]");
  EXPECT_EQ(text(probe.body.value->span), "if 1 { } else { }");
}

TEST(Parser, GoesOnBehindAMistake) {
  EXPECT_EQ(Parsed("begin { $a = ; $b = 1 +; } end { print(; }").errors(), "syntax syntax syntax");
  EXPECT_EQ(Parsed("begin { if ( { a; } else if x { b; } else { c; } $d = ; }").errors(), "syntax syntax");
  EXPECT_EQ(Parsed("begin { $a = 5 $b = 6 $c = ; }").errors(), "missing_semicolon missing_semicolon syntax");
  EXPECT_EQ(Parsed("begin /pid = 1/ { ) } end /pid ==/ { ) }").errors(),
            "assignment_in_condition syntax syntax syntax");
  EXPECT_EQ(Parsed("kprobe:f kprobe:g /1/ { ) } begin { }").errors(), "syntax syntax");
}

TEST(Parser, OneMistakeGivesOneMessage) {
  for (const char* script : {"begin { if x { print(1);\n",
                             "begin { print(\"abc); }\n",
                             "begin { /* x }\n",
                             "begin { (1 }",
                             "begin",
                             "begin,",
                             "begin /1",
                             "begin /1/",
                             "begin /pid == 1 { }",
                             "{ }",
                             "/1/ { }",
                             "begin { } }",
                             "begin < @ = 1 >",
                             "begin < @ = 1 > end { }",
                             "begin < @ = 1 > q:a,q:b { }",
                             "begin { a; > end { }",
                             "begin < a; } end { }",
                             "begin { a;\nkprobe:f { b; }",
                             "begin { if x { a;\nkprobe:f { b; }",
                             "begin < a;\nkprobe:f { b; }",
                             "begin { print(a b); }",
                             "begin { 1 2; }",
                             "begin { @x[1; }",
                             "begin { let 5; }",
                             "begin { else { } }",
                             "begin { 12x + 1; }",
                             "begin { $ = 1; }",
                             "",
                             "// nothing\n",
                             "begin { # words and words\n }",
                             "begin { do { $x++; } while ($x < 5); }",
                             "begin { switch ($x) { case 1: $y = 2; } }",
                             "begin { for ($i = 0; $i < 5; $i++) { $x = 1; } }",
                             "begin { for $i in 0..5 { $x = 1; } }",
                             "begin { if ($x) print(1); }",
                             "begin { $x = sizeof $y; }",
                             "begin { let x = 5; }",
                             "begin { $x = 1 + if 1 { 2 }; }",
                             "begin { delete @x[1]; }",
                             "begin { for ($x : 5) { } }",
                             "begin { $x = (uint8 *; }",
                             "begin { $x = { 1 + }; }",
                             "begin { print(if 1 { 2 +; }); }",
                             "struct foo { int x;\nbegin { }",
                             "let $x = 5; begin { }",
                             "let @x = 5; begin { }",
                             "import foo; begin { }",
                             "config { a = 1; } begin { }",
                             "config = { a = @x; } begin { }",
                             "macro 5 { } begin { }",
                             "macro f(a",
                             "fn f($a) : int64 { } begin { }",
                             "fn f() { } begin { }",
                             "begin { } struct foo { int x; };",
                             "a,,b { }"})
    EXPECT_EQ(Parsed(script).diagnostics.list().size(), 1u) << script << "\n" << Parsed(script).errors();
}

std::string repeated(const std::string& part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += part;
  return text;
}

TEST(Parser, CastsAreToldFromParentheses) {
  // What makes `(name)` a type, or a value, before an operator that can stand on either side.
  EXPECT_EQ(expression("(int32)-1"), "(cast int32 (negate 1))");
  EXPECT_EQ(expression("(pid_t)-1"), "(cast pid_t (negate 1))");
  EXPECT_EQ(expression("(name)-1"), "(subtract name 1)");
  EXPECT_EQ(expression("(pid)-1"), "(subtract pid 1)");
  EXPECT_EQ(expression("(name)1"), "(cast name 1)");
  EXPECT_EQ(expression("(name*)-1"), "(cast name* (negate 1))");
  EXPECT_EQ(expression("(name * 2) - 1"), "(subtract (multiply name 2) 1)");
  EXPECT_EQ(expression("f(int32)-1"), "(subtract (call f int32) 1)");
  EXPECT_EQ(expression("((int32))-1"), "(subtract int32 1)");
  EXPECT_EQ(expression("((int32)-1)-1"), "(subtract (cast int32 (negate 1)) 1)");
  EXPECT_EQ(expression("!(int8)$x++"), "(logical_not (cast int8 (post_increment $x)))");
  EXPECT_EQ(expression("sizeof(int32)-1"), "(subtract (sizeof int32) 1)");
  EXPECT_EQ(expression("sizeof(int32*)-1"), "(subtract (sizeof type int32*) 1)");
}

TEST(Parser, LastExpressionsAreValues) {
  EXPECT_EQ(statement("$x"), "value $x");
  EXPECT_EQ(statement("$x;"), "evaluate $x");
  EXPECT_EQ(statement("_ = { 1; 2 }"), "discard (block { evaluate 1; 2 })");
  EXPECT_EQ(statement("_ = { if 1 { 2 } }"), "discard (block { (if 1 { 2 }) })");
  EXPECT_EQ(statement("_ = { if 1 { 2 }; }"), "discard (block { evaluate (if 1 { 2 }); })");
}

TEST(Parser, LongScriptsTakeLinearTime) {
  // None of these looks further ahead the longer it is; a quadratic one would take minutes.
  const int many = 100'000;
  for (const std::string& script :
       {"begin { " + repeated("$x = (uint64)(a * b) - (c); ", many) + " }",
        "begin { f(" + repeated("(a b c d", many) + "); }", repeated("begin { $x = { 1 }; }\n", many),
        repeated("struct a { int x; }\n", many) + "begin { }", repeated("#define A 1\n", many) + "begin { }",
        repeated("typedef int a\n", many) + "begin { }", "begin { " + repeated("do { } ", many) + " }"})
    EXPECT_LE(Parsed(script).diagnostics.list().size(), 25u);
}

TEST(Parser, DeepNestingIsRefusedWithoutHarm) {
  const int many = 20'000;
  EXPECT_LE(Parsed("begin { $x = " + repeated("--", many) + "1; }").diagnostics.list().size(), 50u);
  EXPECT_EQ(Parsed("begin { $x = " + repeated("!", many) + "1; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = 1" + repeated(" + 1", many) + "; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = a" + repeated(".b", many) + "; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("1 ? 1 : ", many) + "1; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("f(", many) + "1" + repeated(")", many) + "; }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { " + repeated("{ 1; ", many) + repeated("}", many) + " }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { " + repeated("if 1 { 1; } else ", many) + "{ 1; } }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("(int8)", many) + "1; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("comptime ", many) + "1; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("*", many) + "a; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = a" + repeated("[1]", many) + "; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("(a = ", many) + "1" + repeated(")", many) + "; }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("{ ", many) + "1" + repeated("}", many) + "; }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(
      Parsed("begin { $x = " + repeated("if ({ ", many) + "1" + repeated("}) { }", many) + "; }").errors(),
      "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { " + repeated("while (1) { ", many) + repeated("}", many) + " }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { let $x : int8 " + repeated("*", many) + "; }").errors(), "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { let $x : " + repeated("typeof((", many) + "1" + repeated(") 1)", many) + "; }")
                .diagnostics.list()
                .size(),
            1u);
  EXPECT_EQ(
      Parsed("begin { $x = " + repeated("(typeof(", many) + "1" + repeated("))1", many) + "; }").errors(),
      "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("sizeof(", many) + "1" + repeated(")", many) + "; }").errors(),
            "nested_too_deeply");
  EXPECT_EQ(Parsed("begin { $x = " + repeated("(", many) + "1" + repeated(")", many) + "; }").errors(), "");
  EXPECT_EQ(Parsed("begin { $x = 1" + repeated(" + 1", 400) + "; }").errors(), "");
}

} // namespace
} // namespace trc
