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

void ParseState::require_at_top(Span span, const char* what) {
  if (program.probes.empty() && program.macros.empty() && program.functions.empty() &&
      program.map_declarations.empty())
    return;
  diagnostics.report(DiagnosticId::misplaced_definition, Span{span.begin, span.begin + 1}, what);
}

void ParseState::add(ast::Probe probe) { program.probes.push_back(std::move(probe)); }
void ParseState::add(ast::MapDeclaration declaration) {
  program.map_declarations.push_back(std::move(declaration));
}
void ParseState::add(ast::Macro macro) { program.macros.push_back(std::move(macro)); }
void ParseState::add(ast::Function function) { program.functions.push_back(std::move(function)); }
void ParseState::add(ast::ConfigEntry entry) { program.config.push_back(std::move(entry)); }

void ParseState::add(ast::CText text) {
  const bool is_line = sources.slice(text.span).starts_with("#");
  require_at_top(text.span, is_line ? "lines for the C preprocessor stand" : "C definitions stand");
  program.c_texts.push_back(text);
}

void ParseState::add(ast::Import import) {
  require_at_top(import.span, "imports stand");
  program.imports.push_back(std::move(import));
}

void ParseState::begin_config(Span brace) {
  if (program.config_span)
    diagnostics.report(DiagnosticId::second_config, brace);
  else
    require_at_top(brace, "the `config` block stands");
  program.config_span = brace;
}

void ParseState::end_config(Span whole) { program.config_span = whole; }

// Bison wants it; all mistakes come as the above.
void Parser::error(const Span& span, const std::string& message) {
  state.diagnostics.report(DiagnosticId::syntax, span, message, "");
}

} // namespace parser

ast::Program parse(const Sources& sources, uint32_t base, Diagnostics& diagnostics, ScriptRole role) {
  const size_t before = diagnostics.list().size();
  parser::ParseState state = {sources,
                              diagnostics,
                              parser::TokenFeed(sources, base, diagnostics),
                              parser::Builder(sources, diagnostics),
                              {}};
  parser::Parser(state).parse();
  if (role == ScriptRole::main && state.program.probes.empty() && state.program.imports.empty() &&
      diagnostics.list().size() == before)
    diagnostics.report(DiagnosticId::no_probe, Span{base, base});
  return std::move(state.program);
}

} // namespace trc
