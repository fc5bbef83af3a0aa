// How each conversion of a format prints. Formats are parsed in program/format_spec.cc; what a value's
// default text is, value_text.cc knows.
#include "output/format.h"

#include <algorithm>
#include <charconv>

#include "base/overloaded.h"
#include "output/gfp_flags.h"
#include "output/value_text.h"

namespace trc::output {
namespace {

/// A width that a script computes is bounded like one that it writes down.
constexpr int64_t kMaxWidth = 65535;

/// A conversion with `*` filled in.
struct Spec {
  const FormatPiece& piece;
  bool left;
  size_t width = 0;
  std::optional<size_t> precision;
};

/// The 64 bits of whatever can be taken as an integer.
std::optional<uint64_t> bits_of(const Value& value) {
  return std::visit(overloaded{
                        [](bool b) { return std::optional<uint64_t>(b); },
                        [](int64_t n) { return std::optional<uint64_t>(static_cast<uint64_t>(n)); },
                        [](uint64_t n) { return std::optional<uint64_t>(n); },
                        [](const Enumerator& enumerator) {
                          return std::optional<uint64_t>(static_cast<uint64_t>(enumerator.number));
                        },
                        [](const Pointer& pointer) { return std::optional<uint64_t>(pointer.address); },
                        [](const auto&) { return std::optional<uint64_t>(); },
                    },
                    value.data);
}

/// Cuts to the bytes of a length modifier and extends again.
uint64_t cut(uint64_t bits, uint32_t bytes, bool is_signed) {
  if (bytes == 0 || bytes >= 8) return bits;
  uint32_t unused = 64 - 8 * bytes;
  if (is_signed) return static_cast<uint64_t>(static_cast<int64_t>(bits << unused) >> unused);
  return bits << unused >> unused;
}

void append_padded(std::string& out, std::string_view text, const Spec& spec) {
  size_t padding = spec.width > text.size() ? spec.width - text.size() : 0;
  if (!spec.left) out.append(padding, ' ');
  out += text;
  if (spec.left) out.append(padding, ' ');
}

/// `prefix` is the sign or `0x`: zeros go behind it.
void append_number(std::string& out, std::string_view prefix, std::string_view digits, const Spec& spec) {
  size_t zeros = 0;
  if (spec.precision) {
    if (*spec.precision > digits.size()) zeros = *spec.precision - digits.size();
  } else if (spec.piece.zero && !spec.left && spec.width > prefix.size() + digits.size()) {
    zeros = spec.width - prefix.size() - digits.size();
  }
  size_t size = prefix.size() + zeros + digits.size();
  size_t padding = spec.width > size ? spec.width - size : 0;
  if (!spec.left) out.append(padding, ' ');
  out += prefix;
  out.append(zeros, '0');
  out += digits;
  if (spec.left) out.append(padding, ' ');
}

void append_signed(std::string& out, uint64_t bits, const Spec& spec) {
  auto value = static_cast<int64_t>(bits);
  std::string_view sign = value < 0 ? "-" : spec.piece.plus ? "+" : spec.piece.blank ? " " : "";
  char digits[24];
  uint64_t magnitude = value < 0 ? 0 - bits : bits;
  char* end = std::to_chars(digits, std::end(digits), magnitude).ptr;
  if (value == 0 && spec.precision == 0) end = digits; // C: zero with precision 0 has no digits
  append_number(out, sign, {digits, end}, spec);
}

void append_unsigned(std::string& out, uint64_t bits, const Spec& spec) {
  char conversion = spec.piece.conversion;
  int base = conversion == 'o' ? 8 : conversion == 'u' ? 10 : 16;
  char digits[24];
  char* first = digits + 1; // leaves room for the 0 of an alternate octal number
  char* end = std::to_chars(first, std::end(digits), bits, base).ptr;
  if (bits == 0 && spec.precision == 0) end = first;
  std::string_view prefix;
  if (conversion == 'X') {
    std::transform(first, end, first, [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  if (spec.piece.alternate && base == 16 && bits != 0) prefix = conversion == 'X' ? "0X" : "0x";
  if (spec.piece.alternate && base == 8) {
    bool starts_with_zero = (end != first && *first == '0') ||
                            (spec.precision && *spec.precision > static_cast<size_t>(end - first));
    if (!starts_with_zero) *--first = '0';
  }
  append_number(out, prefix, {first, end}, spec);
}

/// `0x…`; a null pointer is `0`.
void append_pointer(std::string& out, uint64_t bits, const Spec& spec) {
  char digits[24];
  char* end = std::to_chars(digits, std::end(digits), bits, 16).ptr;
  append_number(out, bits == 0 ? "" : "0x", {digits, end}, spec);
}

void append_text_form(std::string& out, const Value& value, const Spec& spec) {
  auto print = [&](std::string_view text) {
    append_padded(out, spec.precision ? text.substr(0, *spec.precision) : text, spec);
  };
  if (const auto* string = std::get_if<std::string>(&value.data)) {
    print(*string);
  } else if (spec.width == 0 && !spec.precision) {
    append_text(out, value);
  } else {
    std::string text;
    append_text(text, value);
    print(text);
  }
}

/// `%r`: the precision says how many bytes are shown.
void append_raw(std::string& out, const Buffer& buffer, const Spec& spec) {
  std::string_view bytes = buffer.bytes;
  if (spec.precision) bytes = bytes.substr(0, *spec.precision);
  std::string text;
  append_buffer(text, bytes, spec.piece.buffer_form);
  append_padded(out, text, spec);
}

void append_conversion(std::string& out, const Value& value, const Spec& spec) {
  const FormatPiece& piece = spec.piece;
  const auto* buffer = std::get_if<Buffer>(&value.data);
  if (piece.conversion == 'r' && buffer) return append_raw(out, *buffer, spec);
  std::optional<uint64_t> bits =
      piece.conversion == 's' || piece.conversion == 'r' ? std::nullopt : bits_of(value);
  // The analysis lets only integers meet an integer conversion; anything else shows what it is.
  if (!bits) return append_text_form(out, value, spec);
  switch (piece.conversion) {
  case 'd':
  case 'i': return append_signed(out, cut(*bits, piece.length_bytes, true), spec);
  case 'c': {
    char c = static_cast<char>(*bits);
    return append_padded(out, {&c, 1}, spec);
  }
  case 'p': return append_pointer(out, *bits, spec);
  case 'g': return append_padded(out, gfp_flags(*bits), spec);
  default: return append_unsigned(out, cut(*bits, piece.length_bytes, false), spec);
  }
}

class Arguments {
public:
  explicit Arguments(std::span<const Value> values) : values_(values) {}

  const Value& next() {
    static const Value none;
    return at_ < values_.size() ? values_[at_++] : none;
  }
  int64_t next_count() {
    auto value = static_cast<int64_t>(bits_of(next()).value_or(0));
    return std::clamp(value, -kMaxWidth, kMaxWidth);
  }

private:
  std::span<const Value> values_;
  size_t at_ = 0;
};

} // namespace

void render(std::string& out, std::span<const FormatPiece> pieces, std::span<const Value> values) {
  Arguments arguments(values);
  for (const FormatPiece& piece : pieces) {
    out += piece.literal;
    if (piece.conversion == 0) continue;
    Spec spec{piece, piece.left, piece.width.value_or(0), piece.precision};
    if (piece.width_from_argument) {
      int64_t width = arguments.next_count();
      spec.left = piece.left || width < 0; // a negative width is the flag `-` and a width
      spec.width = static_cast<size_t>(width < 0 ? -width : width);
    }
    if (piece.precision_from_argument) {
      int64_t precision = arguments.next_count();
      if (precision >= 0) spec.precision = static_cast<size_t>(precision); // a negative one is none
    }
    append_conversion(out, arguments.next(), spec);
  }
}

} // namespace trc::output
