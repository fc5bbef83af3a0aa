// A printf format, cut into literal text and conversions. Used when a script is checked and when its output
// is written, so that both read a format the same way.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trc {

/// How the bytes of a buffer are shown.
enum class BufferForm : uint8_t {
  text,   ///< `%r`: printable ASCII as it is, other bytes `\xHH`
  hex,    ///< `%rx`: every byte `\xHH`
  spaced, ///< `%rh`: `HH HH HH`
};

/// `%[flags][width][.precision][length]conversion`, by printf(3)'s rules.
struct FormatPiece {
  std::string literal; ///< text to copy before the conversion, `%%` already resolved
  /// 'd' 'i' 'u' 'x' 'X' 'o' 'c' 'p' 's' 'r', or 0: only the literal (the last piece)
  char conversion = 0;
  bool left = false, plus = false, blank = false, alternate = false, zero = false;
  bool width_from_argument = false, precision_from_argument = false; ///< `*`
  std::optional<uint32_t> width, precision;
  BufferForm buffer_form = BufferForm::text; ///< of the conversion 'r'
  uint32_t length_bytes = 0; ///< h hh l ll j z t: the argument is cut to so many bytes; 0: taken whole

  bool operator==(const FormatPiece&) const = default;
};

struct FormatError {
  std::string specifier; ///< the text that was not understood: "%f"
  std::string cause;     ///< completes "`%f` in a format: "
};

std::expected<std::vector<FormatPiece>, FormatError> parse_format(std::string_view format);
/// How many arguments a format takes, those for `*` included.
size_t argument_count(const std::vector<FormatPiece>& pieces);

} // namespace trc
