/* The tokens of the language as patterns, for flex. It knows no builtin, no type and no provider: an attach point
   is raw text, a word is a word (the Lexer class looks for keywords afterwards). What a character means at its
   place (does `>` close a body? does `/` end a predicate?) is decided by the Lexer, which sets the mode. */

%top{
#include "lexer/scanner.h"
}

%{
#include "base/check.h"

using trc::Span;
using trc::Token;
using trc::TokenKind;
using trc::scanner::Context;
using trc::scanner::Mode;

#define YY_DECL static TokenKind scan_token(Token& token, Mode mode, yyscan_t yyscanner)
#define YY_USER_ACTION                                                                                       \
  token.span = {yyextra->offset, yyextra->offset + static_cast<uint32_t>(yyleng)};                           \
  yyextra->offset = token.span.end;
#define YY_FATAL_ERROR(message) TRC_CHECK(false, message)

static int start_state(Mode mode);
static std::string_view matched(const char* text, size_t length) { return {text, length}; }
%}

%option reentrant noyywrap nodefault never-interactive batch 8bit
%option noinput nounput noyyalloc noyyrealloc noyyfree
%option noyyget_lineno noyyset_lineno noyyget_column noyyset_column noyyget_in noyyset_in noyyget_out noyyset_out
%option noyyget_leng noyyget_text noyyget_debug noyyset_debug noyyget_lval noyyset_lval noyyget_lloc noyyset_lloc
%option noyyget_extra
%option noyy_push_state noyy_pop_state noyy_top_state noyy_scan_string
%option prefix="trc_scanner_"
%option extra-type="trc::scanner::Context*"

%x ATTACH CODE ANGLE_STATEMENT SKIP

BLANK      [ \t\r\n]
LINE_COMMENT  "//"[^\n]*
COMMENT_BODY  ([^*]|\*+[^*/])*
WORD       [A-Za-z_][A-Za-z0-9_]*
NUMBER     [0-9][A-Za-z0-9_]*
STRING_BODY   ([^"\\\n]|\\[^\n])*

 /* An attach point is cut into parts by `:`. A `/` in it may belong to a path or begin a predicate that is glued to
    the target. It belongs to a path in a part that begins like one (`uprobe:/bin/x:f`, `uprobe:./x:f`), and in a
    part that is not the last and holds nothing but what file names are made of (`uprobe:bin/x:f`). */
QUOTED     \"[^"\n]*\"
PART_CHAR  [^ \t\r\n{}<>,;:/"]
NAME_CHAR  [A-Za-z0-9_.+*@~$%\-\[\]^\x80-\xff]
PLAIN      ({PART_CHAR}|{QUOTED})*
PATH       "~"?(\.\.?)?"/"({PART_CHAR}|{QUOTED}|"/")*
INNER_PATH ({PART_CHAR}|{QUOTED})+("/"{NAME_CHAR}+)+
TARGET     (({PLAIN}|{PATH}|{INNER_PATH})":")*({PLAIN}|{PATH})
ATTACH_POINT  ({PART_CHAR}|{QUOTED})+(":"{TARGET})?

%%
  BEGIN(start_state(mode));

<ATTACH,CODE,ANGLE_STATEMENT>{BLANK}+
<ATTACH,CODE,ANGLE_STATEMENT>{LINE_COMMENT}
<ATTACH,CODE,ANGLE_STATEMENT>"/*"{COMMENT_BODY}\*+"/"
<ATTACH,CODE,ANGLE_STATEMENT>"/*"{COMMENT_BODY}\**  {
  Span open = {token.span.begin, token.span.begin + 2};
  yyextra->diagnostics->report(trc::DiagnosticId::unterminated_comment, open);
  yyextra->swallowed_line = true;
}
<*><<EOF>>  { token.span = {yyextra->offset, yyextra->offset}; return TokenKind::end; }

  /* The Lexer has found where a C text ends: it is passed over line by line. */
<SKIP>[^\n]+\n?|\n  {
  if (token.span.end > yyextra->skip_to) {
    yyless(yyextra->skip_to - token.span.begin);
    yyextra->offset = yyextra->skip_to;
  }
  if (yyextra->offset == yyextra->skip_to) return TokenKind::c_text;
}

<ATTACH>{
  "{"       { return TokenKind::left_brace; }
  "}"       { return TokenKind::right_brace; }
  "<"       { return TokenKind::angle_open; }
  ">"       { return TokenKind::greater; }
  "/"       { return TokenKind::predicate_begin; }
  ","       { return TokenKind::comma; }
  ";"       { return TokenKind::semicolon; }
  ":"       { return TokenKind::colon; }
  "#"[^\n]*  {
    /* The Lexer has taken the lines for the C preprocessor, so this is a comment of another language. */
    Span sign = {token.span.begin, token.span.begin + 1};
    trc::scanner::report_bad_character(sign, "#", *yyextra->diagnostics, "a comment begins with `//`");
  }
  {ATTACH_POINT}  { token.text = matched(yytext, yyleng); return TokenKind::attach_point; }
  \"[^"\n]*  {
    yyextra->diagnostics->report(trc::DiagnosticId::unterminated_string, token.span);
    yyextra->swallowed_line = token.is_bad = true;
    return TokenKind::attach_point;
  }
}

<CODE,ANGLE_STATEMENT>{
  {WORD}        { token.text = matched(yytext, yyleng); return TokenKind::identifier; }
  "$"{WORD}     { token.text = matched(yytext + 1, yyleng - 1); return TokenKind::variable; }
  "@"{WORD}?    { token.text = matched(yytext, yyleng); return TokenKind::map; }
  "$#"          { return TokenKind::parameter_count; }
  "$"{NUMBER}   {
    trc::scanner::read_parameter(token, matched(yytext, yyleng), *yyextra->diagnostics);
    return TokenKind::parameter;
  }
  "$"           {
    yyextra->diagnostics->report(trc::DiagnosticId::bad_variable_name, token.span);
    token.is_bad = true;
    return TokenKind::variable;
  }
  {NUMBER}      {
    trc::scanner::read_integer(token, matched(yytext, yyleng), *yyextra->diagnostics);
    return TokenKind::integer;
  }
  \"{STRING_BODY}\"  {
    trc::scanner::read_string(token, matched(yytext + 1, yyleng - 2), *yyextra->diagnostics);
    return TokenKind::string;
  }
  \"{STRING_BODY}\\?  {
    yyextra->diagnostics->report(trc::DiagnosticId::unterminated_string, token.span);
    yyextra->swallowed_line = token.is_bad = true;
    return TokenKind::string;
  }

  "{"    { return TokenKind::left_brace; }
  "}"    { return TokenKind::right_brace; }
  "("    { return TokenKind::left_paren; }
  ")"    { return TokenKind::right_paren; }
  "["    { return TokenKind::left_bracket; }
  "]"    { return TokenKind::right_bracket; }
  ";"    { return TokenKind::semicolon; }
  ","    { return TokenKind::comma; }
  "."    { return TokenKind::dot; }
  ".."   { return TokenKind::dot_dot; }
  "->"   { return TokenKind::arrow; }
  "?"    { return TokenKind::question; }
  ":"    { return TokenKind::colon; }
  "!"    { return TokenKind::exclamation; }
  "~"    { return TokenKind::tilde; }
  "++"   { return TokenKind::plus_plus; }
  "--"   { return TokenKind::minus_minus; }
  "-"    { return TokenKind::minus; }
  "+"    { return TokenKind::plus; }
  "*"    { return TokenKind::star; }
  "/"    { return TokenKind::slash; }
  "%"    { return TokenKind::percent; }
  "||"   { return TokenKind::pipe_pipe; }
  "&&"   { return TokenKind::ampersand_ampersand; }
  "|"    { return TokenKind::pipe; }
  "^"    { return TokenKind::caret; }
  "&"    { return TokenKind::ampersand; }
  "=="   { return TokenKind::equal_equal; }
  "!="   { return TokenKind::not_equal; }
  "<"    { return TokenKind::less; }
  "<="   { return TokenKind::less_equal; }
  "<<"   { return TokenKind::shift_left; }
  "="    { return TokenKind::assign; }
  "+="   { return TokenKind::plus_assign; }
  "-="   { return TokenKind::minus_assign; }
  "*="   { return TokenKind::star_assign; }
  "/="   { return TokenKind::slash_assign; }
  "%="   { return TokenKind::percent_assign; }
  "&="   { return TokenKind::ampersand_assign; }
  "|="   { return TokenKind::pipe_assign; }
  "^="   { return TokenKind::caret_assign; }
  "<<="  { return TokenKind::shift_left_assign; }

  "#"[^\n]*  {
    /* Most likely a comment of another language, so the words in it are none of ours. */
    Span sign = {token.span.begin, token.span.begin + 1};
    trc::scanner::report_bad_character(sign, "#", *yyextra->diagnostics, "a comment begins with `//`");
    yyextra->swallowed_line = true;
  }
}

<CODE>{
  ">"    { return TokenKind::greater; }
  ">="   { return TokenKind::greater_equal; }
  ">>"   { return TokenKind::shift_right; }
  ">>="  { return TokenKind::shift_right_assign; }
}

  /* The longer operators are left out here, so that a `>` always stands alone. */
<ANGLE_STATEMENT>">"  { return TokenKind::angle_close; }

  /* Bytes that are in no token: a run of them is one mistake. */
<INITIAL,ATTACH,CODE,ANGLE_STATEMENT>[\x80-\xff]+|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+|.|\n  {
  trc::scanner::report_bad_character(token.span, matched(yytext, yyleng), *yyextra->diagnostics, "");
}
%%

static int start_state(Mode mode) {
  switch (mode) {
  case Mode::attach_point: return ATTACH;
  case Mode::code: return CODE;
  case Mode::angle_statement: return ANGLE_STATEMENT;
  case Mode::skip: return SKIP;
  }
  return CODE;
}

// Flex asks for memory through these: running out of it ends the program instead of returning a null pointer.
void* yyalloc(yy_size_t size, yyscan_t) {
  void* memory = std::malloc(size);
  TRC_CHECK(memory != nullptr, "out of memory");
  return memory;
}
void* yyrealloc(void* old, yy_size_t size, yyscan_t) {
  void* memory = std::realloc(old, size);
  TRC_CHECK(memory != nullptr, "out of memory");
  return memory;
}
void yyfree(void* memory, yyscan_t) { std::free(memory); }

namespace trc::scanner {

Scanner::Scanner(std::string_view text, Context& context) {
  TRC_CHECK(yylex_init_extra(&context, &state_) == 0, "flex can't start");
  yy_scan_bytes(text.data(), static_cast<int>(text.size()), state_);
}

Scanner::~Scanner() { yylex_destroy(state_); }

Token Scanner::next(Mode mode) {
  Token token;
  token.kind = scan_token(token, mode, state_);
  return token;
}

} // namespace trc::scanner
