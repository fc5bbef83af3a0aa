// One function for each common mistake; each says whether it is that mistake, and if so reports it and sets
// the course of the recovery. What is none of them is "unexpected …, expected …".
#include "parser/syntax_error.h"

#include <algorithm>

#include "parser/usual_mistakes.h"

namespace trc::parser {
namespace {

struct Mistake {
  TokenFeed& feed;
  const std::set<TokenKind>& expected;
  const Sources& sources;
  Diagnostics& diagnostics;

  const Token& token() const { return feed.last().token; }
  bool in_body() const { return feed.last().region == Region::body; }
  bool expects(TokenKind kind) const { return expected.contains(kind); }
  std::string_view text(const Token& t) const { return sources.slice(t.span); }
};

/// A consequence of what the lexer has reported already.
bool is_known(Mistake& m) {
  const bool at_end = m.token().kind == TokenKind::end;
  if (!m.token().is_bad && !m.feed.previous().is_bad && !(at_end && m.feed.lost_text())) return false;
  m.feed.skip_construct();
  return true;
}

/// The last `>` outside of parentheses in the statement with the mistake.
std::optional<size_t> last_greater(const std::vector<Token>& statement) {
  std::optional<size_t> found;
  int parentheses = 0;
  for (size_t i = 0; i < statement.size(); ++i) {
    const TokenKind kind = statement[i].kind;
    parentheses += (kind == TokenKind::left_paren || kind == TokenKind::left_bracket) -
                   (kind == TokenKind::right_paren || kind == TokenKind::right_bracket);
    if (kind == TokenKind::greater && parentheses <= 0) found = i;
  }
  return found;
}

/// `p < @ = count() >`: the `>` was meant to close the body but was taken for "greater than". It shows when
/// the script is at its end behind it, or when what follows looks like the next probe: `q:x`, `q {`, `q, r`.
bool is_unclosed_statement_in_angle_body(Mistake& m) {
  if (!m.in_body() || m.feed.last().depth != 1 || !m.feed.last().innermost.is_angle) return false;
  const auto& statement = m.feed.statement();
  const auto greater = last_greater(statement);
  if (!greater) return false;
  const size_t between = statement.size() - *greater - 1;
  const TokenKind kind = m.token().kind;
  const bool ends_script = kind == TokenKind::end && between == 0;
  const bool begins_probe =
      between > 0 && statement[*greater + 1].kind == TokenKind::identifier &&
      (kind == TokenKind::colon || kind == TokenKind::comma || kind == TokenKind::left_brace);
  if (!ends_script && !begins_probe) return false;
  const Span span = statement[*greater].span;
  m.diagnostics.report(DiagnosticId::missing_semicolon_in_angle_body, span);
  m.feed.close_body(span.end);
  return true;
}

void report_unclosed_body(Mistake& m) {
  const OpenBlock& open = m.feed.last().innermost;
  m.diagnostics.report(DiagnosticId::unclosed_body, open.span, open.is_angle ? "<" : "{",
                       open.is_angle ? ">" : "}");
}

/// What a definition looks like whose keyword is given.
const char* form_of(TokenKind keyword) {
  switch (keyword) {
  case TokenKind::kw_config: return "config = { name = value; … }";
  case TokenKind::kw_import: return "import \"file\";";
  case TokenKind::kw_let: return "let @name = lruhash(1000);";
  case TokenKind::kw_macro: return "macro name($variable, @map, expression) { … }";
  default: return "fn name($a : int64) : int64 { … }";
  }
}

/// The keyword of the definition that the mistake is in; null elsewhere.
const Token* definition(const Mistake& m) {
  const bool inside = m.feed.last().region == Region::definition && !m.feed.statement().empty();
  return inside ? &m.feed.statement().front() : nullptr;
}

/// `let $x = 1;` where no body is
bool is_outermost_let(Mistake& m) {
  const Token* keyword = definition(m);
  if (keyword == nullptr || keyword->kind != TokenKind::kw_let || m.token().kind != TokenKind::variable)
    return false;
  m.diagnostics.report(DiagnosticId::outermost_let, keyword->span);
  m.feed.skip_construct();
  return true;
}

bool is_unexpected_end(Mistake& m) {
  if (m.token().kind != TokenKind::end) return false;
  switch (m.feed.last().region) {
  case Region::body: report_unclosed_body(m); break;
  case Region::predicate:
    // A `/` ends the predicate only before a body, so here it was taken for a division.
    if (m.feed.previous().kind == TokenKind::slash)
      m.diagnostics.report(DiagnosticId::missing_body, m.feed.previous().span);
    else
      m.diagnostics.report(DiagnosticId::unclosed_predicate, m.feed.predicate_begin());
    break;
  case Region::definition: {
    const Token* keyword = definition(m);
    const Token& shown = keyword != nullptr ? *keyword : m.feed.previous();
    m.diagnostics.report(DiagnosticId::unfinished_definition, shown.span, m.text(shown), form_of(shown.kind));
    break;
  }
  case Region::attach_points: m.diagnostics.report(DiagnosticId::missing_body, m.feed.previous().span); break;
  }
  return true;
}

/// `kprobe:` where a statement would begin: the next probe, before the body of this one was closed.
bool is_probe_in_body(Mistake& m) {
  const auto& statement = m.feed.statement();
  if (!m.in_body() || m.token().kind != TokenKind::colon || statement.size() != 1 ||
      statement[0].kind != TokenKind::identifier)
    return false;
  report_unclosed_body(m);
  m.feed.close_body(statement[0].span.begin);
  return true;
}

bool is_unclosed_predicate(Mistake& m) {
  if (m.feed.last().region != Region::predicate || m.token().kind != TokenKind::left_brace) return false;
  m.diagnostics.report(DiagnosticId::unclosed_predicate, m.feed.predicate_begin());
  m.feed.skip_construct();
  return true;
}

/// `=` for `==` in a predicate or in the condition of an `if`.
bool is_assignment_in_condition(Mistake& m) {
  if (m.token().kind != TokenKind::assign) return false;
  const auto& statement = m.feed.statement();
  const size_t first = !statement.empty() && statement[0].kind == TokenKind::kw_else ? 1 : 0;
  const bool in_if = statement.size() > first && (statement[first].kind == TokenKind::kw_if ||
                                                  statement[first].kind == TokenKind::kw_while);
  if (!in_if && m.feed.last().region != Region::predicate) return false;
  m.diagnostics.report(DiagnosticId::assignment_in_condition, m.token().span);
  m.feed.skip_construct();
  return true;
}

/// A body or block that is closed with the other kind's sign.
bool is_wrong_closing(Mistake& m) {
  if (!m.in_body()) return false;
  const bool angle = m.feed.last().innermost.is_angle;
  const TokenKind previous = m.feed.previous().kind;
  const bool at_statement = previous == TokenKind::semicolon || previous == TokenKind::left_brace ||
                            previous == TokenKind::right_brace;
  const bool brace_for_angle = angle && m.token().kind == TokenKind::right_brace;
  const bool angle_for_brace = !angle && at_statement && m.token().kind == TokenKind::greater;
  if (!brace_for_angle && !angle_for_brace) return false;
  if (angle)
    m.diagnostics.report(DiagnosticId::wrong_closing, m.token().span, "}", "<", ">");
  else
    m.diagnostics.report(DiagnosticId::wrong_closing, m.token().span, ">", "{", "}");
  if (angle || m.feed.last().depth > 1)
    m.feed.skip_construct();
  else
    m.feed.close_body(m.token().span.end);
  return true;
}

/// `$a = 5 $b = 6`
bool is_missing_semicolon(Mistake& m) {
  const TokenKind kind = m.token().kind;
  const bool begins_statement =
      kind == TokenKind::identifier || kind == TokenKind::variable || kind == TokenKind::map ||
      kind == TokenKind::kw_if || kind == TokenKind::kw_let || kind == TokenKind::kw_return ||
      kind == TokenKind::kw_while || kind == TokenKind::kw_for || kind == TokenKind::kw_unroll ||
      kind == TokenKind::kw_break || kind == TokenKind::kw_continue;
  if (!begins_statement || !m.expects(TokenKind::semicolon) || m.expects(TokenKind::kw_break)) return false;
  const TokenKind previous = m.feed.previous().kind;
  // At the start of a statement one more `;` would change nothing, for ever.
  if (previous == TokenKind::kw_return || previous == TokenKind::semicolon ||
      previous == TokenKind::left_brace)
    return false;
  const Span behind = {m.feed.previous().span.end, m.feed.previous().span.end};
  m.diagnostics.report(DiagnosticId::missing_semicolon, behind, describe(m.token(), m.sources));
  m.feed.insert_semicolon();
  return true;
}

/// `do {`, `switch (x) {`, `$a and $b`
bool is_foreign_word(Mistake& m) {
  if (m.feed.last().region == Region::attach_points || m.feed.last().region == Region::definition)
    return false;
  const Token* word = find_foreign_word({m.feed, m.expected, m.sources});
  if (word == nullptr) return false;
  m.diagnostics.report(DiagnosticId::foreign_word, word->span, m.text(*word), foreign_hint(m.text(*word)));
  m.feed.skip_construct(m.text(*word) == "do" ? TokenKind::kw_while : TokenKind::kw_else);
  return true;
}

/// "expected `,`, `)` or an operator"; empty when there is too much to choose from.
std::string expectation(const std::set<TokenKind>& expected) {
  // Where an operand may stand no operator may, and the other way round: so `-` belongs to one of the two.
  const bool operand = expected.contains(TokenKind::string) && expected.contains(TokenKind::left_paren);
  const bool type = !operand && expected.contains(TokenKind::kw_typeof);
  const bool operation = expected.contains(TokenKind::percent);
  const bool statement = expected.contains(TokenKind::kw_break);
  const bool outermost = expected.contains(TokenKind::kw_macro);
  std::vector<std::string> list;
  for (TokenKind kind : expected) {
    const TokenGroup g = group(kind);
    if (operand && (g == TokenGroup::operand || g == TokenGroup::both || g == TokenGroup::statement))
      continue;
    if (operation && (g == TokenGroup::postfix || g == TokenGroup::both)) continue;
    if (statement && (g == TokenGroup::statement || kind == TokenKind::semicolon)) continue;
    if (outermost && kind != TokenKind::attach_point) continue;
    if (type && (kind == TokenKind::identifier || kind == TokenKind::kw_typeof)) continue;
    std::string shown(words(kind));
    if (std::find(list.begin(), list.end(), shown) == list.end()) list.push_back(shown);
  }
  if (outermost) list.push_back("a definition");
  if (statement)
    list.push_back("a statement");
  else if (operand)
    list.push_back("an expression");
  if (type) list.push_back("a type");
  if (operation) list.push_back("an operator");
  if (list.empty() || list.size() > 6) return "";
  std::string text = "expected " + list[0];
  for (size_t i = 1; i < list.size(); ++i)
    text += (i + 1 == list.size() ? " or " : ", ") + list[i];
  return text;
}

void report_unexpected(Mistake& m) {
  std::string hint = usual_mistake({m.feed, m.expected, m.sources});
  if (hint.empty()) hint = expectation(m.expected);
  if (const Token* keyword = definition(m))
    hint += (hint.empty() ? "" : "; ") + ("its form is `" + std::string(form_of(keyword->kind)) + "`");
  m.diagnostics.report(DiagnosticId::syntax, m.token().span, describe(m.token(), m.sources), hint);
  m.feed.skip_construct();
}

} // namespace

void report_syntax_error(TokenFeed& feed, const std::set<TokenKind>& expected, const Sources& sources,
                         Diagnostics& diagnostics) {
  Mistake mistake = {feed, expected, sources, diagnostics};
  for (auto* is_this : {is_known, is_outermost_let, is_foreign_word, is_unclosed_statement_in_angle_body,
                        is_unexpected_end, is_probe_in_body, is_unclosed_predicate,
                        is_assignment_in_condition, is_wrong_closing, is_missing_semicolon})
    if (is_this(mistake)) return;
  report_unexpected(mistake);
}

} // namespace trc::parser
