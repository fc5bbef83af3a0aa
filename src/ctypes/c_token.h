// The tokens of C text, before and after preprocessing.
#pragma once

#include <cstdint>
#include <string_view>

namespace trc {

/// Where something stands: in which of CFiles' texts, at which byte.
struct CPlace {
  uint32_t file = 0, offset = 0, length = 0;
};

enum class CTokenKind : uint8_t {
  end,        ///< of the text; of a line, where the lexer reads a directive
  identifier, ///< keywords too
  number,     ///< as the preprocessor sees it: `0x1fUL`, `1.5e-3`, but also `1abc`
  character,  ///< with its quotes
  string,     ///< with its quotes
  punctuator, ///< the longest of C's
  other,      ///< what C doesn't know: a lone quote, `@`
  pragma,     ///< its text is what stands behind `#pragma`; only `pack` gets this far
  piece_end,  ///< between two pieces of a script; its text is ";"
  barrier,    ///< the end of a list of tokens that is expanded on its own; never leaves the preprocessor
};

struct CToken {
  CTokenKind kind = CTokenKind::end;
  bool space_before = false;
  bool line_start = false; ///< the first of its line
  bool painted = false;    ///< came out of the macro of its name, and is never expanded again
  std::string_view text = {};
  CPlace place = {};

  bool is(std::string_view spelling) const { return text == spelling && kind != CTokenKind::string; }
  bool is_identifier() const { return kind == CTokenKind::identifier; }
};

} // namespace trc
