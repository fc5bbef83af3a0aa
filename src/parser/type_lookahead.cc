// Telling `(uint64)-1` from `(pid) - 1`.
#include "parser/type_lookahead.h"

#include <algorithm>
#include <cctype>

#include "lang/builtins.h"

namespace trc::parser {
namespace {

// Types that need no suffix to be recognised: those of the language, of C, and the kernel's short names.
constexpr std::string_view kTypeNames[] = {
    "bool",     "int8",   "int16",  "int32",  "int64",     "uint8",  "uint16", "uint32",  "uint64",
    "void",     "string", "buffer", "inet",   "timestamp", "char",   "short",  "int",     "long",
    "unsigned", "signed", "u8",     "u16",    "u32",       "u64",    "s8",     "s16",     "s32",
    "s64",      "__u8",   "__u16",  "__u32",  "__u64",     "__s8",   "__s16",  "__s32",   "__s64",
    "__be16",   "__be32", "__be64", "__le16", "__le32",    "__le64", "__wsum", "__sum16",
};

/// Words that are followed by another word of the same type: a name and a name is no expression.
bool is_word(const Token& token) { return token.kind == TokenKind::identifier; }

/// Begins an operand and can be nothing else, so that parentheses around a name before it are a cast. A
/// parenthesis behind a name in parentheses would call it, which is no form of the language.
bool only_begins_operand(TokenKind kind) {
  return group(kind) == TokenGroup::operand || kind == TokenKind::left_paren;
}

/// Begins an operand, or stands between two or behind one.
bool may_begin_operand(TokenKind kind) {
  return group(kind) == TokenGroup::operand || group(kind) == TokenGroup::both;
}

/// What looks like a type: `struct foo *[4]`.
struct Shape {
  size_t words = 0, stars = 0, arrays = 0;
  bool empty_array = false; ///< `[]`
  size_t length = 0;        ///< in tokens
};

Shape read_shape(const Peek& peek) {
  Shape shape;
  size_t i = 1;
  while (is_word(peek(i)))
    ++i, ++shape.words;
  for (; shape.words > 0;) {
    if (peek(i).kind == TokenKind::star) {
      ++i, ++shape.stars;
    } else if (peek(i).kind == TokenKind::left_bracket) {
      const bool is_empty = peek(i + 1).kind == TokenKind::right_bracket;
      if (!is_empty &&
          (peek(i + 1).kind != TokenKind::integer || peek(i + 2).kind != TokenKind::right_bracket))
        break;
      shape.empty_array |= is_empty;
      i += is_empty ? 2 : 3;
      ++shape.arrays;
    } else {
      break;
    }
  }
  shape.length = i - 1;
  return shape;
}

bool is_builtin(const std::string& name) { return find_builtin(name) != nullptr; }

} // namespace

bool TypeLookahead::is_type_name(const std::string& name) const {
  return name.ends_with("_t") || std::ranges::find(kTypeNames, name) != std::end(kTypeNames) ||
         declared_types_.contains(name);
}

bool TypeLookahead::begins_type(TokenKind previous, const Peek& peek) const {
  // The arguments of a call, or the parameters of a macro or function.
  if (previous == TokenKind::identifier) return false;
  const bool is_subject = previous == TokenKind::kw_sizeof || previous == TokenKind::kw_offsetof ||
                          previous == TokenKind::kw_typeof || previous == TokenKind::kw_typeinfo;
  if (peek(1).kind == TokenKind::kw_typeof) return true;
  if (!is_word(peek(1))) return false;
  const Shape shape = read_shape(peek);
  const TokenKind end = peek(shape.length + 1).kind;
  if (end != TokenKind::right_paren && !(previous == TokenKind::kw_offsetof && end == TokenKind::comma))
    return false;
  // No expression has this form.
  if (shape.words > 1 || shape.empty_array || (shape.stars > 0 && shape.arrays == 0)) return true;
  const std::string& name = peek(1).text;
  const bool is_value = is_builtin(name) || macro_parameters_.contains(name);
  if (is_subject) return shape.arrays > 0 && !is_value;
  if (is_builtin(name)) return false;
  const TokenKind behind = peek(shape.length + 2).kind;
  if (shape.arrays > 0 && is_value && !is_type_name(name)) return false;
  return is_type_name(name) ? may_begin_operand(behind) : only_begins_operand(behind);
}

void TypeLookahead::follow(const Token& previous, const Token& token) {
  if (token.kind == TokenKind::c_text) return learn_typedef(sources_.slice(token.span));
  if (token.kind == TokenKind::kw_macro) {
    in_macro_head_ = true;
    macro_parameters_.clear();
  } else if (token.kind == TokenKind::left_brace) {
    in_macro_head_ = false;
  } else if (in_macro_head_ && token.kind == TokenKind::identifier && previous.kind != TokenKind::kw_macro) {
    macro_parameters_.insert(token.text);
  } else if (token.kind == TokenKind::attach_point || token.kind == TokenKind::kw_fn) {
    macro_parameters_.clear();
  }
}

/// `typedef … name;` and `typedef … (*name)(…);`: of the former the last word is the name.
void TypeLookahead::learn_typedef(std::string_view text) {
  if (!text.starts_with("typedef")) return;
  auto is_word_character = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  size_t end = text.find_last_of(';');
  if (end == text.npos) return;
  while (end > 0 && !is_word_character(text[end - 1])) {
    if (text[end - 1] == ')') return;
    const size_t bracket = text[end - 1] == ']' ? text.rfind('[', end - 1) : text.npos;
    end = bracket != text.npos ? bracket : end - 1;
  }
  size_t begin = end;
  while (begin > 0 && is_word_character(text[begin - 1]))
    --begin;
  declared_types_.emplace(text.substr(begin, end - begin));
}

} // namespace trc::parser
