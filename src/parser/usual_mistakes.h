// What people write who know another language: words that this one does not have, and forms of statements
// that look different here. Only hints come from here; syntax_error.cc reports.
#pragma once

#include <set>
#include <string>

#include "parser/token_feed.h"

namespace trc::parser {

/// The place of a mistake: the feed's last token can't be taken, `expected` could.
struct MistakePlace {
  const TokenFeed& feed;
  const std::set<TokenKind>& expected;
  const Sources& sources;
};

/// The word of another language that the mistake comes from: the last token, or the first of its statement.
const Token* find_foreign_word(const MistakePlace& place);
/// How that is written here.
const char* foreign_hint(std::string_view word);

/// A hint for the mistake, or nothing.
std::string usual_mistake(const MistakePlace& place);

} // namespace trc::parser
