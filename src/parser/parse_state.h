// What the generated parser works on; used by grammar.yy and parser.cc only.
#pragma once

#include "parser/builder.h"
#include "parser/token_feed.h"

namespace trc::parser {

struct ParseState {
  const Sources& sources;
  Diagnostics& diagnostics;
  TokenFeed feed;
  Builder build;
  ast::Program program;

  void add(ast::Probe probe);
  void add(ast::CText text);
  void add(ast::Import import);
  void add(ast::MapDeclaration declaration);
  void add(ast::Macro macro);
  void add(ast::Function function);
  void add(ast::ConfigEntry entry);
  void begin_config(Span brace);
  void end_config(Span whole);

private:
  /// What must come first: an error where a probe, macro, function or map declaration came before it.
  void require_at_top(Span span, const char* what);
};

} // namespace trc::parser
