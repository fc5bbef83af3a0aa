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
};

} // namespace trc::parser
