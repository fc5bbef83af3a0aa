// From "the parser can't take this token" to what the user most likely did.
#pragma once

#include <set>

#include "parser/token_feed.h"

namespace trc::parser {

/// Reports the mistake at the feed's last token, and tells the feed where to go on. `expected` are the tokens
/// that would have been right.
void report_syntax_error(TokenFeed& feed, const std::set<TokenKind>& expected, const Sources& sources,
                         Diagnostics& diagnostics);

} // namespace trc::parser
