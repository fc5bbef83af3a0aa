#include "lang/literal.h"

#include <cctype>
#include <limits>
#include <optional>

namespace trc {
namespace {

using Outcome = std::expected<IntegerLiteral, LiteralError>;

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

std::unexpected<LiteralError> bad(std::string cause, std::string hint = {}) {
  return std::unexpected(LiteralError{std::move(cause), std::move(hint)});
}

std::unexpected<LiteralError> overflow(uint64_t limit = kMax) {
  return bad("it is larger than " + std::to_string(limit));
}

struct Suffix {
  std::string_view text;
  uint64_t factor; // nanoseconds of a time suffix, else 1
  uint64_t limit;
  bool is_unsigned;
  bool is_duration;
};

constexpr uint64_t kSecond = 1'000'000'000;
constexpr Suffix kSuffixes[] = {
    {"u", 1, std::numeric_limits<uint32_t>::max(), true, false},
    {"ul", 1, kMax, true, false},
    {"ull", 1, kMax, true, false},
    {"l", 1, std::numeric_limits<int64_t>::max(), false, false},
    {"ll", 1, std::numeric_limits<int64_t>::max(), false, false},
    {"ns", 1, kMax, false, true},
    {"us", 1'000, kMax, false, true},
    {"ms", 1'000'000, kMax, false, true},
    {"s", kSecond, kMax, false, true},
    {"m", 60 * kSecond, kMax, false, true},
    {"h", 3'600 * kSecond, kMax, false, true},
    {"d", 86'400 * kSecond, kMax, false, true},
};

int digit_value(char c) {
  if (std::isdigit(static_cast<unsigned char>(c))) return c - '0';
  if (std::isxdigit(static_cast<unsigned char>(c))) return std::tolower(c) - 'a' + 10;
  return 99;
}

/// Whether `text` begins with `_` that have a digit behind them.
bool separates(std::string_view text, int base) {
  const size_t next = text.find_first_not_of('_');
  return text[0] == '_' && next != text.npos && digit_value(text[next]) < base;
}

/// Digits of one base with `_` between them; stops before the first other character.
std::optional<uint64_t> take_digits(std::string_view& text, int base, bool& any) {
  uint64_t value = 0;
  any = false;
  while (!text.empty() && (digit_value(text[0]) < base || (any && separates(text, base)))) {
    if (text[0] != '_') {
      if (__builtin_mul_overflow(value, static_cast<uint64_t>(base), &value) ||
          __builtin_add_overflow(value, static_cast<uint64_t>(digit_value(text[0])), &value))
        return {};
      any = true;
    }
    text.remove_prefix(1);
  }
  return value;
}

Outcome with_suffix(uint64_t value, std::string_view suffix) {
  if (suffix.empty()) return IntegerLiteral{value};
  if (suffix == "_") return bad("it ends with `_`", "`_` stands between digits: `1_000_000`");
  for (const Suffix& row : kSuffixes) {
    if (row.text != suffix) continue;
    if (value > row.limit) return overflow(row.limit);
    if (__builtin_mul_overflow(value, row.factor, &value)) return overflow();
    return IntegerLiteral{value, row.is_unsigned, row.is_duration};
  }
  return bad("unknown suffix `" + std::string(suffix) + "`",
             "types `u ul ull l ll`, times `ns us ms s m h d`");
}

/// `1e6`: one digit 1-9, `e`, an exponent that starts with 1-9.
Outcome with_exponent(uint64_t coefficient, std::string_view digits, std::string_view rest) {
  if (digits.size() != 1 || coefficient == 0)
    return bad("the part before `e` must be one digit from 1 to 9", "for example `5e3`");
  rest.remove_prefix(1);
  bool any = false;
  if (rest.empty() || rest[0] == '0') return bad("the exponent must start with 1 to 9");
  auto exponent = take_digits(rest, 10, any);
  if (!exponent || !any) return bad("the exponent must be a number");
  uint64_t value = coefficient;
  for (uint64_t i = 0; i < *exponent; ++i)
    if (__builtin_mul_overflow(value, uint64_t{10}, &value)) return overflow();
  return with_suffix(value, rest);
}

} // namespace

Outcome parse_integer(std::string_view text, LiteralOrigin origin) {
  std::string_view rest = text;
  int base = 10;
  auto prefixed = [&](char letter) {
    return rest.size() > 1 && rest[0] == '0' && std::tolower(static_cast<unsigned char>(rest[1])) == letter;
  };
  if (prefixed('x'))
    base = 16;
  else if (prefixed('b') && origin == LiteralOrigin::text)
    base = 2;
  if (base != 10)
    rest.remove_prefix(2);
  else if (rest.size() > 1 && rest[0] == '0' && (digit_value(rest[1]) < 10 || rest[1] == '_'))
    base = 8;

  std::string_view start = rest;
  bool any = false;
  auto value = take_digits(rest, base, any);
  if (!value) return overflow();
  if (!any) return bad("no digits");
  if (base == 8 && !rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0])))
    return bad("`" + std::string(1, rest[0]) + "` is not an octal digit",
               "a leading 0 makes a number octal; leave it out for a decimal one");
  if (base == 10 && !rest.empty() && (rest[0] == 'e' || rest[0] == 'E'))
    return with_exponent(*value, start.substr(0, start.size() - rest.size()), rest);
  if (base == 16 && !rest.empty()) {
    if (rest == "_") return with_suffix(*value, rest);
    return bad("`" + std::string(rest) + "` is not part of a hexadecimal number");
  }
  return with_suffix(*value, rest);
}

} // namespace trc
