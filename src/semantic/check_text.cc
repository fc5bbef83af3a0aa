// Functions of strings that are made of the language's own operators.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

/// Not more than the first bytes of a string.
static typed::ExpressionPtr first_bytes(typed::ExpressionPtr text, uint32_t count) {
  if (const typed::Text* known = as_text(*text))
    return text_constant(text->span, known->bytes.substr(0, count));
  return text->type.size <= count ? std::move(text) : convert(std::move(text), string_type(count));
}

/// Strings are compared up to the size of the shorter one: cut to `n` bytes they are so up to there.
typed::ExpressionPtr Checker::check_strncmp(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr strings[2];
  for (size_t i = 0; i < 2; ++i) {
    strings[i] = value(*node.arguments[i]);
    if (strings[i]->type.is_none()) return unknown(span);
    if (!strings[i]->type.is_string())
      return bad_argument(node, i, row, "a string", with_article(strings[i]->type));
  }
  const int64_t count = *number(*node.arguments[2]);
  if (count < 1) return bad_argument(node, 2, row, "at least 1", std::to_string(count));
  const auto most = static_cast<uint32_t>(std::min<int64_t>(count, INT32_MAX));
  for (ExpressionPtr& string : strings)
    string = first_bytes(std::move(string), most);
  ExpressionPtr differ =
      binary(BinaryOperator::not_equal, span, std::move(strings[0]), std::move(strings[1]));
  return convert(std::move(differ), integer_type(8, false));
}

} // namespace trc
