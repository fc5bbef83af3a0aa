// From the text of a token to its value: integers, parameters, the escapes of strings.
#include <cctype>
#include <charconv>

#include "lexer/scanner.h"

namespace trc::scanner {
namespace {

int digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10;
}
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

struct Escape {
  size_t length; ///< with the backslash
  int value;     ///< -1: not an escape of the language
};

/// Up to `most` digits of `base`, behind a prefix of `prefix` characters.
template<class IsDigit>
Escape numeric_escape(std::string_view text, size_t prefix, size_t most, int base, IsDigit is) {
  size_t length = prefix;
  int value = 0;
  for (; length < text.size() && length < prefix + most && is(text[length]); ++length)
    value = value * base + digit(text[length]);
  return {length, length == prefix || value > 255 ? -1 : value};
}

/// Reads the escape at the start of `text`, which begins with a backslash and has at least one more byte.
Escape read_escape(std::string_view text) {
  switch (char c = text[1]) {
  case 'n': return {2, '\n'};
  case 't': return {2, '\t'};
  case 'r': return {2, '\r'};
  case '"':
  case '\\': return {2, c};
  case 'x':
  case 'X': return numeric_escape(text, 2, 2, 16, is_hex);
  default: break;
  }
  if (is_octal(text[1])) return numeric_escape(text, 1, 3, 8, is_octal);
  // A character of several bytes is named as a whole.
  size_t length = 2;
  while (static_cast<unsigned char>(text[1]) >= 0xc0 && length < text.size() &&
         (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
    ++length;
  return {length, -1};
}

} // namespace

void read_integer(Token& token, std::string_view text, Diagnostics& diagnostics) {
  auto literal = parse_integer(text);
  if (literal) {
    token.integer = *literal;
    return;
  }
  diagnostics.report(DiagnosticId::bad_integer, token.span, printable(text), literal.error().cause,
                     literal.error().hint);
  token.is_bad = true;
}

void read_parameter(Token& token, std::string_view text, Diagnostics& diagnostics) {
  std::string_view digits = text.substr(1);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), token.parameter);
  if (error == std::errc() && end == digits.data() + digits.size() && token.parameter > 0) return;
  diagnostics.report(DiagnosticId::bad_parameter, token.span, printable(text));
  token.is_bad = true;
}

void read_string(Token& token, std::string_view text, Diagnostics& diagnostics) {
  token.text.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      token.text += text[i++];
      continue;
    }
    Escape escape = read_escape(text.substr(i));
    if (escape.value >= 0) {
      token.text += static_cast<char>(escape.value);
    } else {
      uint32_t begin = token.span.begin + 1 + static_cast<uint32_t>(i);
      Span span = {begin, begin + static_cast<uint32_t>(escape.length)};
      diagnostics.report(DiagnosticId::bad_escape, span, printable(text.substr(i, escape.length)));
      token.is_bad = true;
    }
    i += escape.length;
  }
}

size_t offset_in_literal(std::string_view text, size_t number) {
  size_t at = 0;
  for (; number > 0 && at < text.size(); --number)
    at += text[at] == '\\' && at + 1 < text.size() ? read_escape(text.substr(at)).length : 1;
  return at;
}

void report_bad_character(Span span, std::string_view text, Diagnostics& diagnostics, const char* hint) {
  const bool is_quote = text == "'" || text.starts_with("‘") || text.starts_with("’") ||
                        text.starts_with("“") || text.starts_with("”");
  if (is_quote) hint = "strings stand in plain double quotes: `\"text\"`";
  diagnostics.report(DiagnosticId::bad_character, span, printable(text, 24), hint);
}

} // namespace trc::scanner
