// See literal_place.h.
#include "parser/literal_place.h"

#include "lexer/scanner.h"

namespace trc {

Span place_in_literal(const Sources& sources, Span literal, uint32_t begin, uint32_t end) {
  std::string_view text = sources.slice(literal);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return literal;
  text = text.substr(1, text.size() - 2);
  const uint32_t first = literal.begin + 1;
  return {first + static_cast<uint32_t>(scanner::offset_in_literal(text, begin)),
          first + static_cast<uint32_t>(scanner::offset_in_literal(text, end))};
}

} // namespace trc
