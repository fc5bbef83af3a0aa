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

/// A stretch of a format, in bytes from its beginning.
struct FormatRange {
  uint32_t begin = 0, end = 0;

  bool operator==(const FormatRange&) const = default;
};

/// `%[flags][width][.precision][length]conversion`, by printf(3)'s rules.
struct FormatPiece {
  std::string literal; ///< text to copy before the conversion, `%%` already resolved
  /// 'd' 'i' 'u' 'x' 'X' 'o' 'c' 'p' 's' 'r', 'g' for `%gr` (flags of kernel allocations), or 0: only the
  /// literal (the last piece)
  char conversion = 0;
  bool left = false, plus = false, blank = false, alternate = false, zero = false;
  bool width_from_argument = false, precision_from_argument = false; ///< `*`
  std::optional<uint32_t> width, precision;
  BufferForm buffer_form = BufferForm::text; ///< of the conversion 'r'
  uint32_t length_bytes = 0; ///< h hh l ll j z t: the argument is cut to so many bytes; 0: taken whole
  FormatRange range;         ///< of the whole conversion; of its literal none

  bool operator==(const FormatPiece&) const = default;
};

struct FormatError {
  std::string specifier; ///< the text that was not understood: "%f"
  std::string cause;     ///< completes "`%f` in a format: "
  FormatRange range;
};

std::expected<std::vector<FormatPiece>, FormatError> parse_format(std::string_view format);
/// Where a `%` stands that no conversion follows; it is printed as it stands.
std::vector<FormatRange> lone_percents(std::string_view format);
/// Whether a conversion prints numbers only, not text of any kind.
bool is_number(const FormatPiece& piece);
/// How many arguments a format takes, those for `*` included.
size_t argument_count(const std::vector<FormatPiece>& pieces);

} // namespace trc
