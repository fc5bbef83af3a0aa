// Cuts a printf format into pieces. Which arguments fit a conversion is the semantic analysis' question, what
// they print like is output/format.cc's.
#include "program/format_spec.h"

#include <algorithm>

namespace trc {
namespace {

/// Wider output is a mistake, and would let one line take all memory.
constexpr uint32_t kMaxWidth = 65535;

struct Length {
  std::string_view text;
  uint32_t bytes;
};
// The longest that fits comes first.
constexpr Length kLengths[] = {{"hh", 1}, {"h", 2}, {"ll", 8}, {"l", 8},
                               {"L", 8},  {"j", 8}, {"z", 8},  {"t", 8}};

constexpr std::string_view kConversions = "diuxXocpsr";
constexpr std::string_view kNumbers = "diuxXop";

struct Refused {
  std::string_view letters;
  std::string_view cause;
};
constexpr Refused kRefused[] = {
    {"eEfFgGaA", "there are no floating point numbers here"},
    {"n", "it would write to memory"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Parser {
public:
  explicit Parser(std::string_view format) : format_(format) {}

  std::expected<std::vector<FormatPiece>, FormatError> parse() {
    while (at_ < format_.size()) {
      if (format_[at_] != '%') {
        piece_.literal += format_[at_++];
      } else if (auto error = directive()) {
        return std::unexpected(std::move(*error));
      }
    }
    if (!piece_.literal.empty()) pieces_.push_back(std::move(piece_));
    return std::move(pieces_);
  }

  const std::vector<FormatRange>& lone() const { return lone_; }

private:
  char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }
  std::string specifier() const { return std::string(format_.substr(start_, at_ - start_)); }
  FormatError error(std::string_view cause) const { return {specifier(), std::string(cause), range()}; }
  FormatRange range() const { return {static_cast<uint32_t>(start_), static_cast<uint32_t>(at_)}; }

  /// What follows a `%`. One that no conversion letter follows is copied as it stands, as C libraries do.
  std::optional<FormatError> directive() {
    start_ = at_++;
    if (peek() == '%') {
      piece_.literal += format_[at_++];
      return std::nullopt;
    }
    std::string literal = std::move(piece_.literal);
    piece_ = {};
    flags();
    if (auto bad = number(piece_.width, piece_.width_from_argument)) return bad;
    if (peek() == '.') {
      ++at_;
      if (auto bad = number(piece_.precision, piece_.precision_from_argument)) return bad;
      // A point alone means 0, as in C.
      if (!piece_.precision && !piece_.precision_from_argument) piece_.precision = 0;
    }
    length();
    char letter = peek();
    if (letter == '$') {
      ++at_;
      return error("values are taken in the order in which they stand, a number does not choose one");
    }
    if (!is_letter(letter)) {
      lone_.push_back(range());
      piece_ = {};
      piece_.literal = std::move(literal) + specifier();
      return std::nullopt;
    }
    ++at_;
    piece_.literal = std::move(literal);
    return conversion(letter);
  }

  void flags() {
    for (;; ++at_) {
      switch (peek()) {
      case '-': piece_.left = true; break;
      case '+': piece_.plus = true; break;
      case ' ': piece_.blank = true; break;
      case '#': piece_.alternate = true; break;
      case '0': piece_.zero = true; break;
      default: return;
      }
    }
  }

  std::optional<FormatError> number(std::optional<uint32_t>& value, bool& from_argument) {
    if (peek() == '*') {
      ++at_;
      from_argument = true;
      return std::nullopt;
    }
    for (; is_digit(peek()); ++at_) {
      value = std::min(value.value_or(0) * 10 + static_cast<uint32_t>(peek() - '0'), kMaxWidth + 1);
    }
    if (value && *value > kMaxWidth) return error("a width or precision is at most 65535");
    return std::nullopt;
  }

  void length() {
    for (const Length& length : kLengths) {
      if (!format_.substr(at_).starts_with(length.text)) continue;
      at_ += length.text.size();
      piece_.length_bytes = length.bytes;
      return;
    }
  }

  /// The second letter of `%rx` and `%rh`.
  void buffer_form() {
    piece_.length_bytes = 0;
    if (peek() != 'x' && peek() != 'h') return;
    piece_.buffer_form = format_[at_++] == 'x' ? BufferForm::hex : BufferForm::spaced;
  }

  std::optional<FormatError> conversion(char letter) {
    if (letter == 'g' && peek() == 'r') {
      ++at_;
      return add(letter);
    }
    for (const Refused& refused : kRefused) {
      if (refused.letters.contains(letter)) return error(refused.cause);
    }
    if (!kConversions.contains(letter)) return error("there is no such conversion");
    // `%ls` and the like ask C for wide characters; here the modifier has nothing to say.
    if (letter == 'c' || letter == 'p' || letter == 's') piece_.length_bytes = 0;
    if (letter == 'r') buffer_form();
    return add(letter);
  }

  std::optional<FormatError> add(char conversion) {
    piece_.conversion = conversion;
    piece_.range = range();
    pieces_.push_back(std::move(piece_));
    piece_ = {};
    return std::nullopt;
  }

  std::string_view format_;
  size_t at_ = 0;
  size_t start_ = 0; // of the directive being read
  FormatPiece piece_;
  std::vector<FormatPiece> pieces_;
  std::vector<FormatRange> lone_;
};

} // namespace

std::expected<std::vector<FormatPiece>, FormatError> parse_format(std::string_view format) {
  return Parser(format).parse();
}

std::vector<FormatRange> lone_percents(std::string_view format) {
  Parser parser(format);
  if (!parser.parse()) return {};
  return parser.lone();
}

bool is_number(const FormatPiece& piece) { return kNumbers.contains(piece.conversion) && piece.conversion; }

size_t argument_count(const std::vector<FormatPiece>& pieces) {
  size_t count = 0;
  for (const FormatPiece& piece : pieces) {
    count += piece.width_from_argument + piece.precision_from_argument + (piece.conversion != 0);
  }
  return count;
}

} // namespace trc
