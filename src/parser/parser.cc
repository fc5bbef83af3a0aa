// The bridge between the lexer's tokens and the parser that bison generates from grammar.yy.
#include "parser/parser.h"

#include <algorithm>

#include "parser/grammar.h"
#include "parser/syntax_error.h"

namespace trc {
namespace parser {
namespace {

// The same rows under the grammar's numbers: one it does not know fails to compile here.
constexpr int kNumbers[] = {
#define TOKEN(id, words, group) Parser::token::T_##id,
#include "lexer/tokens.def"
#undef TOKEN
};

// Bison has a name of its own for the end.
struct Symbols : Parser::symbol_kind {
  static constexpr auto S_end = S_YYEOF;
};

constexpr Parser::symbol_kind_type kSymbols[] = {
#define TOKEN(id, words, group) Symbols::S_##id,
#include "lexer/tokens.def"
#undef TOKEN
};

} // namespace

Parser::symbol_type yylex(ParseState& state) {
  const Token& token = state.feed.next();
  const int number = kNumbers[static_cast<size_t>(token.kind)];
  switch (token.kind) {
  case TokenKind::attach_point:
  case TokenKind::identifier:
  case TokenKind::variable:
  case TokenKind::map:
  case TokenKind::string: return Parser::symbol_type(number, token.text, token.span);
  case TokenKind::integer: return Parser::symbol_type(number, token.integer, token.span);
  case TokenKind::parameter: return Parser::symbol_type(number, token.parameter, token.span);
  default: return Parser::symbol_type(number, token.span);
  }
}

void Parser::report_syntax_error(const context& place) const {
  std::set<TokenKind> expected;
  symbol_kind_type kinds[std::size(kSymbols)];
  const int count = place.expected_tokens(kinds, std::size(kinds));
  for (int i = 0; i < count; ++i) {
    const auto* found = std::find(std::begin(kSymbols), std::end(kSymbols), kinds[i]);
    if (found != std::end(kSymbols)) expected.insert(static_cast<TokenKind>(found - kSymbols));
  }
  trc::parser::report_syntax_error(state.feed, expected, state.sources, state.diagnostics);
}

// Bison wants it; all mistakes come as the above.
void Parser::error(const Span& span, const std::string& message) {
  state.diagnostics.report(DiagnosticId::syntax, span, message, "");
}

} // namespace parser

ast::Program parse(const Sources& sources, uint32_t base, Diagnostics& diagnostics) {
  const size_t before = diagnostics.list().size();
  parser::ParseState state = {sources,
                              diagnostics,
                              parser::TokenFeed(sources, base, diagnostics),
                              parser::Builder(sources, diagnostics),
                              {}};
  parser::Parser(state).parse();
  if (state.program.probes.empty() && diagnostics.list().size() == before)
    diagnostics.report(DiagnosticId::no_probe, Span{base, base});
  return std::move(state.program);
}

} // namespace trc
