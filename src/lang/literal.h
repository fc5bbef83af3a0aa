// Integer literals in all their forms: decimal with `_`, hexadecimal, octal, exponent, binary, with type or
// time suffix. Shared by the lexer, parameters, attach points and settings, so that a number means the same
// everywhere.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace trc {

struct IntegerLiteral {
  uint64_t value = 0;
  bool unsigned_suffix = false; ///< `u`, `ul`, `ull`
  bool is_duration = false;     ///< had a time suffix; the value is nanoseconds

  bool operator==(const IntegerLiteral&) const = default;
};

struct LiteralError {
  std::string cause; ///< completes "`12x` is not an integer: "
  std::string hint;
};

/// Whether forms that only text from outside may have (`0b101`) are read too.
enum class LiteralOrigin : uint8_t { script, text };

/// Reads the whole of `text`; no sign, no blanks.
std::expected<IntegerLiteral, LiteralError> parse_integer(std::string_view text,
                                                          LiteralOrigin origin = LiteralOrigin::script);

} // namespace trc
