// The lexer: where attach points end, what `/` and `>` mean at their place, literals, and how mistakes are
// told. Token by token expectations are in tests/golden/lex; here are the tables of cases that are too small
// for files.
#include <gtest/gtest.h>

#include "lexer/lexer.h"

namespace trc {
namespace {

struct Lexed {
  std::vector<Token> tokens;
  std::string kinds; ///< names, separated by blanks, without the end
  std::string errors;
};

Lexed lex(const std::string& text) {
  Sources sources;
  sources.add("before", "another text");
  uint32_t base = sources.add("test", text);
  Diagnostics diagnostics;
  Lexer lexer(sources, base, diagnostics);
  Lexed result;
  for (;;) {
    Token token = lexer.next();
    EXPECT_GE(token.span.begin, base);
    EXPECT_LE(token.span.end, base + text.size());
    if (token.kind == TokenKind::end) break;
    result.kinds += (result.kinds.empty() ? "" : " ") + std::string(name(token.kind));
    result.tokens.push_back(std::move(token));
  }
  for (const Diagnostic& diagnostic : diagnostics.list())
    result.errors += (result.errors.empty() ? "" : " ") + std::string(diagnostic_row(diagnostic.id).name);
  return result;
}

/// The first attach point of `text`, and what kind of token follows it.
std::string attach_point(const std::string& text) {
  Lexed lexed = lex(text);
  if (lexed.tokens.empty() || lexed.tokens[0].kind != TokenKind::attach_point) return "none: " + lexed.kinds;
  return lexed.tokens[0].text +
         (lexed.tokens.size() > 1 ? " " + std::string(name(lexed.tokens[1].kind)) : "");
}

TEST(Lexer, AttachPointEndsWhereTheBodyOrTheListGoesOn) {
  EXPECT_EQ(attach_point("begin{}"), "begin left_brace");
  EXPECT_EQ(attach_point("begin<>"), "begin angle_open");
  EXPECT_EQ(attach_point("begin < >"), "begin angle_open");
  EXPECT_EQ(attach_point("kprobe:f,kprobe:g {}"), "kprobe:f comma");
  EXPECT_EQ(attach_point("kprobe:f\n{}"), "kprobe:f left_brace");
  EXPECT_EQ(attach_point("kprobe:f// words\n{}"), "kprobe:f left_brace");
  EXPECT_EQ(attach_point("kprobe:f/* words */{}"), "kprobe:f left_brace");
  EXPECT_EQ(attach_point("interval:$1 {}"), "interval:$1 left_brace");
  EXPECT_EQ(attach_point("mine=kprobe:vfs_*+0x10 {}"), "mine=kprobe:vfs_*+0x10 left_brace");
  EXPECT_EQ(attach_point("uprobe:bin:cpp:\"f(int, { int)\" {}"),
            "uprobe:bin:cpp:\"f(int, { int)\" left_brace");
}

TEST(Lexer, SlashInAnAttachPointIsPathOrPredicate) {
  EXPECT_EQ(attach_point("begin/1/{}"), "begin predicate_begin");
  EXPECT_EQ(attach_point("tracepoint:a:b/pid == 1/{}"), "tracepoint:a:b predicate_begin");
  EXPECT_EQ(attach_point("tracepoint:a:b/pid/{}"), "tracepoint:a:b predicate_begin");
  EXPECT_EQ(attach_point("tracepoint:a:b/@x[1]?1:2/{}"), "tracepoint:a:b predicate_begin");
  EXPECT_EQ(attach_point("uprobe:/bin/bash:readline/pid==1/{}"), "uprobe:/bin/bash:readline predicate_begin");
  EXPECT_EQ(attach_point("uprobe:/usr/lib/*.so:f {}"), "uprobe:/usr/lib/*.so:f left_brace");
  EXPECT_EQ(attach_point("uprobe:./a.out:f {}"), "uprobe:./a.out:f left_brace");
  EXPECT_EQ(attach_point("uprobe:../a/b:f/1/{}"), "uprobe:../a/b:f predicate_begin");
  EXPECT_EQ(attach_point("uprobe:bin/x-1:f/1/{}"), "uprobe:bin/x-1:f predicate_begin");
  EXPECT_EQ(attach_point("uprobe:bin@src/x.c:12:3 {}"), "uprobe:bin@src/x.c:12:3 left_brace");
  EXPECT_EQ(attach_point("iter:task:/sys/fs/bpf/x {}"), "iter:task:/sys/fs/bpf/x left_brace");
  EXPECT_EQ(attach_point("uprobe:\"/a b/c\":f {}"), "uprobe:\"/a b/c\":f left_brace");
}

TEST(Lexer, SlashEndsAPredicateOnlyBeforeABody) {
  EXPECT_EQ(lex("p /a / b/ {}").kinds,
            "attach_point predicate_begin identifier slash identifier predicate_end left_brace right_brace");
  EXPECT_EQ(lex("p /a/ // c\n /* d */ < >").kinds,
            "attach_point predicate_begin identifier predicate_end angle_open angle_close");
  EXPECT_EQ(lex("p { a / b }").kinds, "attach_point left_brace identifier slash identifier right_brace");
  EXPECT_EQ(lex("p /a/<@=b>>c;>").kinds,
            "attach_point predicate_begin identifier predicate_end angle_open map assign "
            "identifier shift_right identifier semicolon angle_close");
}

TEST(Lexer, GreaterClosesAnAngleBodyOnlyAtAStatement) {
  EXPECT_EQ(lex("p <>").kinds, "attach_point angle_open angle_close");
  EXPECT_EQ(lex("p < a > b; >").kinds,
            "attach_point angle_open identifier greater identifier semicolon angle_close");
  EXPECT_EQ(lex("p < {} >q {}").kinds,
            "attach_point angle_open left_brace right_brace angle_close attach_point left_brace right_brace");
  EXPECT_EQ(lex("p < a;>>").kinds, "attach_point angle_open identifier semicolon angle_close greater");
  EXPECT_EQ(lex("p < { a; > } >").kinds,
            "attach_point angle_open left_brace identifier semicolon greater right_brace angle_close");
  EXPECT_EQ(lex("p { ; > }").kinds, "attach_point left_brace semicolon greater right_brace");
}

TEST(Lexer, KeywordsAreNamesBehindADot) {
  EXPECT_EQ(lex("p { if }").kinds, "attach_point left_brace kw_if right_brace");
  EXPECT_EQ(lex("p { a.if->let }").kinds,
            "attach_point left_brace identifier dot identifier arrow identifier right_brace");
  EXPECT_EQ(lex("p { $if @let iffy }").kinds, "attach_point left_brace variable map identifier right_brace");
}

TEST(Lexer, StringsResolveEscapes) {
  auto value = [](const std::string& literal) { return lex("p { " + literal + " }").tokens.at(2).text; };
  EXPECT_EQ(value(R"("a\n\t\r\"\\")"), "a\n\t\r\"\\");
  EXPECT_EQ(value(R"("\0\12\101\1019")"), std::string("\0\nAA9", 5));
  EXPECT_EQ(value(R"("\x41\X4a\xAg")"), "AJ\ng");
  EXPECT_EQ(value("\"// no comment /*\""), "// no comment /*");
  EXPECT_EQ(value("\"\u00e4\""), "\u00e4");
  for (const char* bad : {R"("\q")", R"("\400")", R"("\x")", R"("\xg")", R"("\8")"})
    EXPECT_EQ(lex("p { " + std::string(bad) + " }").errors, "bad_escape") << bad;
}

TEST(Lexer, NumbersAreReadAsAWhole) {
  Lexed lexed = lex("p { 0xff 1_000 10ms 5u $12 }");
  EXPECT_EQ(lexed.tokens.at(2).integer, (IntegerLiteral{255}));
  EXPECT_EQ(lexed.tokens.at(3).integer, (IntegerLiteral{1000}));
  EXPECT_EQ(lexed.tokens.at(4).integer, (IntegerLiteral{10'000'000, false, true}));
  EXPECT_EQ(lexed.tokens.at(5).integer, (IntegerLiteral{5, true, false}));
  EXPECT_EQ(lexed.tokens.at(6).parameter, 12u);
  EXPECT_EQ(lex("p { 12x }").errors, "bad_integer");
  EXPECT_EQ(lex("p { $0 }").errors, "bad_parameter");
  EXPECT_EQ(lex("p { $1x }").errors, "bad_parameter");
  EXPECT_EQ(lex("p { $99999999999 }").errors, "bad_parameter");
  EXPECT_EQ(lex("p { $ }").errors, "bad_variable_name");
}

TEST(Lexer, MistakesAreToldOnce) {
  EXPECT_EQ(lex("p { \"abc }\n }").errors, "unterminated_string");
  EXPECT_EQ(lex("p { \"abc\\").errors, "unterminated_string");
  EXPECT_EQ(lex("uprobe:\"x { }").errors, "unterminated_string");
  EXPECT_EQ(lex("p { /* a *").errors, "unterminated_comment");
  EXPECT_EQ(lex(std::string("p { \x01\x02\0 }", 9)).errors, "bad_character");
  EXPECT_EQ(lex("p { \xff\xfe }").errors, "bad_character");
}

TEST(Lexer, GivesUpAfterManyErrors) {
  std::string script = "p { ";
  for (int i = 0; i < 1000; ++i)
    script += "1x ";
  EXPECT_TRUE(lex(script).errors.ends_with(" too_many_errors"));
  EXPECT_LE(lex(script).tokens.size(), kMostErrors + 2);
}

TEST(Lexer, ShebangIsSkippedAndLinesKeepTheirNumbers) {
  Sources sources;
  uint32_t base = sources.add("test", "#!/usr/bin/env trc\nbegin {}");
  Diagnostics diagnostics;
  EXPECT_EQ(dump_tokens(sources, base, diagnostics),
            "2:1 attach_point begin\n2:7 left_brace {\n2:8 right_brace }\n2:9 end\n");
  EXPECT_EQ(lex("#!trc").kinds, "");
}

TEST(Printable, CutsAndEscapes) {
  EXPECT_EQ(printable("abc\n\x80ü"), "abc\\x0a\\x80ü");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

} // namespace
} // namespace trc
