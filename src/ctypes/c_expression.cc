#include "ctypes/c_expression.h"

#include <algorithm>
#include <charconv>

namespace trc {
namespace {

constexpr int kMostNested = 100;

CValue fitted(CValue value) {
  if (value.size == 4)
    value.bits = value.is_signed
                     ? static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value.bits)))
                     : static_cast<uint32_t>(value.bits);
  return value;
}

CValue truth(bool holds, const CValue& like, bool is_condition) {
  return {.bits = holds, .size = static_cast<uint8_t>(is_condition ? 8 : 4), .is_constant = like.is_constant};
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

uint64_t escape(std::string_view text, size_t& at) {
  const char c = text[at++];
  if (c == 'x' || (c >= '0' && c <= '7')) {
    const int base = c == 'x' ? 16 : 8;
    uint64_t value = c == 'x' ? 0 : c - '0';
    for (int count = 1; at < text.size() && digit_of(text[at]) < base && (base == 16 || count < 3); ++count)
      value = value * base + digit_of(text[at++]);
    return value;
  }
  static constexpr std::string_view kNames = "abtnvfre", kCodes = "\a\b\t\n\v\f\r\033";
  const size_t known = kNames.find(c);
  return known == kNames.npos ? static_cast<unsigned char>(c) : kCodes[known];
}

CValue character_value(const CToken& token, bool is_condition) {
  const size_t open = token.text.find('\'');
  const std::string_view text = token.text.substr(open + 1, token.text.size() - open - 2);
  CValue value = {.size = static_cast<uint8_t>(is_condition ? 8 : 4)};
  for (size_t at = 0, count = 0; at < text.size(); ++count) {
    uint64_t code = static_cast<unsigned char>(text[at++]);
    if (code == '\\' && at < text.size()) code = escape(text, at);
    // A plain char is signed; several characters in one make a number of their bytes.
    value.bits = count == 0 && open == 0
                     ? static_cast<uint64_t>(static_cast<int64_t>(static_cast<int8_t>(code)))
                     : value.bits << 8 | code;
  }
  return fitted(value);
}

/// Loosest first.
struct Level {
  std::string_view operators[4];
};
constexpr Level kLevels[] = {{{"||"}},
                             {{"&&"}},
                             {{"|"}},
                             {{"^"}},
                             {{"&"}},
                             {{"==", "!="}},
                             {{"<", ">", "<=", ">="}},
                             {{"<<", ">>"}},
                             {{"+", "-"}},
                             {{"*", "/", "%"}}};
constexpr size_t kLevelCount = std::size(kLevels);

class Reader {
public:
  Reader(CExpressionContext& context, bool is_condition) : context_(context), is_condition_(is_condition) {}

  CValue conditional() {
    if (++depth_ > kMostNested)
      fail(DiagnosticId::c_too_large, context_.peek(), "the depth of this expression");
    CValue value = binary(0);
    if (context_.peek().is("?")) {
      context_.take();
      CValue then = value;
      if (!context_.peek().is(":")) then = comma();
      expect(":");
      const CValue otherwise = conditional();
      const bool is_constant = value.is_constant;
      const CValue& chosen = value.is_true() ? then : otherwise;
      CValue both = usual(chosen, value.is_true() ? otherwise : then);
      both.is_constant = is_constant && chosen.is_constant;
      both.type = chosen.type;
      both.is_in_memory = chosen.is_in_memory;
      value = both;
    }
    --depth_;
    return value;
  }

private:
  [[noreturn]] void fail(DiagnosticId id, const CToken& token, std::string what) {
    throw CMistake{id, token.place, {std::move(what), ""}};
  }
  [[noreturn]] void unexpected(const CToken& token) {
    fail(DiagnosticId::c_unexpected, token,
         token.kind == CTokenKind::end ? "end" : "`" + std::string(token.text) + "`");
  }
  void expect(std::string_view text) {
    if (!context_.peek().is(text)) unexpected(context_.peek());
    context_.take();
  }

  CValue comma() {
    CValue value = conditional();
    while (context_.peek().is(",")) {
      context_.take();
      value = conditional();
    }
    return value;
  }

  /// `a` as both have it after C's usual conversions.
  CValue usual(CValue a, const CValue& b) const {
    const bool unsigned_wins = (!a.is_signed && a.size >= b.size) || (!b.is_signed && b.size >= a.size);
    a.size = std::max(a.size, b.size);
    a.is_signed = !unsigned_wins;
    a.is_constant = a.is_constant && b.is_constant;
    a.type = nullptr;
    a.is_in_memory = false;
    return fitted(a);
  }

  CValue binary(size_t level) {
    if (level == kLevelCount) return unary();
    CValue left = binary(level + 1);
    for (;;) {
      const CToken op = context_.peek();
      const auto& known = kLevels[level].operators;
      if (op.kind != CTokenKind::punctuator ||
          std::find(std::begin(known), std::end(known), op.text) == std::end(known))
        return left;
      context_.take();
      left = apply(op, left, binary(level + 1));
    }
  }

  CValue apply(const CToken& op, const CValue& left, const CValue& right) {
    const std::string_view text = op.text;
    if (text == "&&" || text == "||") {
      const bool decided = left.is_true() == (text == "||");
      CValue both = truth(decided ? left.is_true() : right.is_true(), left, is_condition_);
      both.is_constant = left.is_constant && (decided || right.is_constant);
      return both;
    }
    if (text == "<<" || text == ">>") {
      CValue value = usual(left, left);
      const uint64_t by = right.bits & (value.size * 8 - 1);
      value.bits = text == "<<"      ? value.bits << by
                   : value.is_signed ? static_cast<uint64_t>(static_cast<int64_t>(value.bits) >> by)
                                     : value.bits >> by;
      value.is_constant = left.is_constant && right.is_constant;
      return fitted(value);
    }
    CValue a = usual(left, right);
    const CValue b = usual(right, left);
    if (auto holds = compare(text, a, b)) return truth(*holds, a, is_condition_);
    a.bits = arithmetic(op, a, b);
    return fitted(a);
  }

  static std::optional<bool> compare(std::string_view op, const CValue& a, const CValue& b) {
    const auto sa = static_cast<int64_t>(a.bits), sb = static_cast<int64_t>(b.bits);
    const bool less = a.is_signed ? sa < sb : a.bits < b.bits;
    if (op == "==") return a.bits == b.bits;
    if (op == "!=") return a.bits != b.bits;
    if (op == "<") return less;
    if (op == ">=") return !less;
    if (op == ">") return !less && a.bits != b.bits;
    if (op == "<=") return less || a.bits == b.bits;
    return {};
  }

  uint64_t arithmetic(const CToken& op, CValue& a, const CValue& b) {
    switch (op.text[0]) {
    case '+': return a.bits + b.bits;
    case '-': return a.bits - b.bits;
    case '*': return a.bits * b.bits;
    case '&': return a.bits & b.bits;
    case '|': return a.bits | b.bits;
    case '^': return a.bits ^ b.bits;
    default: break;
    }
    const bool divides = op.text[0] == '/';
    if (b.bits == 0) {
      // In a branch that isn't taken this is no mistake, and C says it is no constant either.
      a.is_constant = false;
      return 0;
    }
    if (!a.is_signed) return divides ? a.bits / b.bits : a.bits % b.bits;
    const auto sa = static_cast<int64_t>(a.bits), sb = static_cast<int64_t>(b.bits);
    if (sb == -1) return divides ? 0 - a.bits : 0; // the least number has no counterpart
    return divides ? sa / sb : sa % sb;
  }

  CValue unary() {
    if (++depth_ > kMostNested)
      fail(DiagnosticId::c_too_large, context_.peek(), "the depth of this expression");
    CValue value = prefixed();
    --depth_;
    return value;
  }

  CValue prefixed() {
    const CToken& first = context_.peek();
    if (first.is_identifier() && !is_condition_) {
      if (first.text == "sizeof" || first.text == "_Alignof" || first.text == "__alignof__" ||
          first.text == "__alignof")
        return size(context_.take());
      if (first.text == "__extension__") {
        context_.take();
        return unary();
      }
    }
    if (first.kind != CTokenKind::punctuator) return postfix(primary());
    if (first.is("(") && !is_condition_ && context_.type_comes()) {
      const CType* type = context_.type_in_parentheses();
      if (context_.peek().is("{")) unexpected(context_.peek());
      return context_.converted(unary(), type);
    }
    if (first.is("(")) return postfix(primary());
    const CToken op = context_.take();
    if (op.is("&") && !is_condition_) return address(unary());
    if (op.is("*") && !is_condition_) return context_.element(unary(), CValue(), op);
    CValue value = unary();
    if (op.is("!")) return truth(!value.is_true(), value, is_condition_);
    value = usual(value, value);
    if (op.is("-"))
      value.bits = 0 - value.bits;
    else if (op.is("~"))
      value.bits = ~value.bits;
    else if (!op.is("+"))
      unexpected(op);
    return fitted(value);
  }

  static CValue address(CValue value) {
    value.size = 8;
    value.is_signed = false;
    value.type = nullptr;
    value.is_constant = value.is_constant && value.is_in_memory;
    value.is_in_memory = false;
    return value;
  }

  CValue size(const CToken& op) {
    CValue of;
    if (context_.peek().is("(") && context_.type_comes())
      of.type = context_.type_in_parentheses();
    else
      of = unary();
    const uint64_t bytes = op.text == "sizeof" ? context_.size_of(of, op) : context_.alignment_of(of, op);
    return {.bits = bytes, .size = 8, .is_signed = false};
  }

  CValue primary() {
    const CToken token = context_.take();
    if (token.kind == CTokenKind::number || token.kind == CTokenKind::character)
      return literal_value(token, is_condition_);
    if (token.is_identifier()) return context_.value_of(token);
    if (!token.is("(")) unexpected(token);
    const CValue value = comma();
    expect(")");
    return value;
  }

  CValue postfix(CValue value) {
    while (!is_condition_) {
      const CToken op = context_.peek();
      if (op.is(".") || op.is("->")) {
        context_.take();
        value = context_.member(value, op.is("->"), context_.take());
      } else if (op.is("[")) {
        context_.take();
        value = context_.element(value, comma(), op);
        expect("]");
      } else {
        break;
      }
    }
    return value;
  }

  CExpressionContext& context_;
  bool is_condition_;
  int depth_ = 0;
};

} // namespace

CValue literal_value(const CToken& token, bool is_condition) {
  if (token.kind == CTokenKind::character) return character_value(token, is_condition);
  std::string_view text = token.text;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.starts_with("0b") || text.starts_with("0B")) {
    base = 2;
    text.remove_prefix(2);
  } else if (text.starts_with('0')) {
    base = 8;
  }
  CValue value = {.is_signed = true};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.bits, base);
  std::string suffix(text.substr(end - text.data()));
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c == 'U' || c == 'L' ? c | 32 : c; });
  const bool known = suffix.empty() || suffix == "u" || suffix == "l" || suffix == "ul" || suffix == "lu" ||
                     suffix == "ll" || suffix == "ull" || suffix == "llu";
  if (error != std::errc() || !known)
    throw CMistake{DiagnosticId::c_not_constant, token.place, {std::string(token.text)}};
  const bool is_unsigned = suffix.find('u') != suffix.npos, is_long = suffix.find('l') != suffix.npos;
  const bool may_be_unsigned = is_unsigned || base != 10;
  // The first of C's types that holds it.
  const bool fits_int = value.bits <= (may_be_unsigned ? UINT32_MAX : INT32_MAX);
  value.size = is_condition || is_long || !fits_int ? 8 : 4;
  value.is_signed =
      !is_unsigned && value.bits <= static_cast<uint64_t>(value.size == 8 ? INT64_MAX : INT32_MAX);
  return value;
}

CValue read_expression(CExpressionContext& context, bool is_condition) {
  return Reader(context, is_condition).conditional();
}

} // namespace trc
