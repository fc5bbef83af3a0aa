// What lexer.ll (flex) offers to the Lexer class, and nothing else uses: raw tokens, one at a time. Flex
// knows characters only; the Lexer knows where in a script it is and says so with the mode of each call.
#pragma once

#include <string_view>

#include "base/diagnostic.h"
#include "lexer/token.h"

namespace trc::scanner {

enum class Mode : uint8_t {
  attach_point,    ///< outside of bodies and predicates
  code,            ///< in a body or predicate
  angle_statement, ///< where a statement would begin in a `< >` body: here `>` closes the body
  skip,            ///< passes over everything up to `skip_to`
};

/// What the rules need beside the text. `offset` is the end of the last token, counted over all sources.
struct Context {
  uint32_t offset = 0;
  uint32_t skip_to = 0;
  Diagnostics* diagnostics = nullptr;
  bool swallowed_line = false; ///< an unclosed string or comment took more of the script than was meant
};

/// A flex scanner over `text`, whose first byte has the position `context.offset`. The context must outlive
/// it.
class Scanner {
public:
  Scanner(std::string_view text, Context& context);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  Token next(Mode mode);

private:
  void* state_ = nullptr;
};

// The actions of rules that are more than a return; in literals.cc. `span` is the token's place.
void read_integer(Token& token, std::string_view text, Diagnostics& diagnostics);
void read_parameter(Token& token, std::string_view text, Diagnostics& diagnostics);
/// `text` is what stands between the quotes.
void read_string(Token& token, std::string_view text, Diagnostics& diagnostics);
/// Where in the text between the quotes the byte of the string's value with that number stands.
size_t offset_in_literal(std::string_view text, size_t number);
void report_bad_character(Span span, std::string_view text, Diagnostics& diagnostics, const char* hint);

} // namespace trc::scanner
