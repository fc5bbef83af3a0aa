// Tables of other languages' words, and one test for each usual mistake of form.
#include "parser/usual_mistakes.h"

#include <algorithm>

namespace trc::parser {
namespace {

struct ForeignWord {
  std::string_view word;
  const char* hint;
  bool begins_statement; ///< else it stands between operands
};

constexpr ForeignWord kForeignWords[] = {
    {"do", "`while (condition) { … }` and `for ($i : 0..10) { … }` repeat", true},
    {"until", "`while (!condition) { … }` repeats", true},
    {"loop", "`while (condition) { … }` and `for ($i : 0..10) { … }` repeat", true},
    {"foreach", "`for ($kv : @map) { … }` goes over a map", true},
    {"switch", "use `if … else if … else`", true},
    {"case", "use `if … else if … else`", true},
    {"match", "use `if … else if … else`", true},
    {"unless", "use `if (!condition) { … }`", true},
    {"elif", "write `else if`", true},
    {"elsif", "write `else if`", true},
    {"elseif", "write `else if`", true},
    {"goto", "`return`, `break` and `continue` leave a body or loop", true},
    {"jump", "`return`, `break` and `continue` leave a body or loop", true},
    {"delete", "it is a function: `delete(@map, key)`", true},
    {"var", "a variable is declared with `let $x = …;`", true},
    {"auto", "a variable is declared with `let $x = …;`", true},
    {"import", "imports stand at the beginning of the script", true},
    {"macro", "macros stand outside of bodies", true},
    {"fn", "functions stand outside of bodies", true},
    {"struct", "C definitions stand at the beginning of the script; a variable is `let $x : struct name *`",
     true},
    {"union", "C definitions stand at the beginning of the script; a variable is `let $x : union name *`",
     true},
    {"enum", "C definitions stand at the beginning of the script", true},
    {"typedef", "C definitions stand at the beginning of the script", true},
    {"and", "write `&&`", false},
    {"or", "write `||`", false},
    {"not", "write `!`", false},
    {"then", "the branches of an `if` are blocks: `if (condition) { … }`", false},
};

const ForeignWord* find_word(std::string_view word) {
  const auto* found = std::ranges::find(kForeignWords, word, &ForeignWord::word);
  return found == std::end(kForeignWords) ? nullptr : found;
}

bool takes_subject(TokenKind kind) {
  return kind == TokenKind::kw_sizeof || kind == TokenKind::kw_offsetof || kind == TokenKind::kw_typeof ||
         kind == TokenKind::kw_typeinfo;
}

struct Place : MistakePlace {
  TokenKind last() const { return feed.last().token.kind; }
  TokenKind previous() const { return feed.previous().kind; }
  const std::vector<Token>& statement() const { return feed.statement(); }
  TokenKind first() const { return statement().empty() ? TokenKind::end : statement().front().kind; }
  std::string last_text() const { return std::string(sources.slice(feed.last().token.span)); }
};

std::string empty_key(const Place& p) {
  if (p.last() != TokenKind::right_bracket || p.previous() != TokenKind::left_bracket) return "";
  return "a key stands between `[` and `]`; a map without keys has no brackets";
}

std::string name_for_variable(const Place& p) {
  if (p.last() != TokenKind::identifier || !p.expected.contains(TokenKind::variable) ||
      p.expected.contains(TokenKind::integer) || p.expected.contains(TokenKind::identifier))
    return "";
  return "a variable begins with `$`: `$" + p.last_text() + "`";
}

std::string map_for_variable(const Place& p) {
  if (p.last() != TokenKind::map || p.previous() != TokenKind::kw_let) return "";
  return "a map needs no `let` in a body; `let @name = lruhash(1000);` stands outside of bodies";
}

std::string loop_of_c(const Place& p) {
  if (p.first() != TokenKind::kw_for || p.last() == TokenKind::dot_dot) return "";
  const bool in_head = p.statement().size() <= 3 || p.last() == TokenKind::right_paren;
  if (!in_head) return "";
  return "write `for ($kv : @map) { … }` or `for ($i : 0..10) { … }`";
}

std::string block_without_braces(const Place& p) {
  const bool is_head = p.first() == TokenKind::kw_if || p.first() == TokenKind::kw_while ||
                       p.first() == TokenKind::kw_unroll || p.first() == TokenKind::kw_for ||
                       p.first() == TokenKind::kw_else;
  if (!is_head || !p.expected.contains(TokenKind::left_brace) || p.last() == TokenKind::end) return "";
  return "a block stands in braces: `{ … }`";
}

std::string subject_without_parentheses(const Place& p) {
  if (!takes_subject(p.previous())) return "";
  return "parentheses are needed: `" + std::string(p.sources.slice(p.feed.previous().span)) + "(…)`";
}

std::string typeof_alone(const Place& p) {
  if (p.last() != TokenKind::kw_typeof) return "";
  return "`typeof(…)` stands for a type: in a cast, behind `:`, in `sizeof`, or as an argument of a macro";
}

std::string tuple_as_type(const Place& p) {
  const bool is_type = p.expected.contains(TokenKind::kw_typeof) && !p.expected.contains(TokenKind::string);
  if (!is_type || (p.last() != TokenKind::left_paren && p.last() != TokenKind::left_brace)) return "";
  return "tuples and records have no name as types: a `let` does without one, a macro's parameter too, and a "
         "function takes their elements";
}

std::string assignment_as_value(const Place& p) {
  const bool is_assignment = p.last() >= TokenKind::assign && p.last() <= TokenKind::shift_right_assign;
  if (!is_assignment || p.feed.last().region != Region::body) return "";
  const bool behind_operand =
      p.expected.contains(TokenKind::percent) && !p.expected.contains(TokenKind::right_bracket);
  if (!behind_operand) return "";
  return "an assignment is a statement of its own; `==` compares";
}

std::string block_as_operand(const Place& p) {
  if (p.last() != TokenKind::kw_if || p.expected.contains(TokenKind::kw_if)) return "";
  return p.expected.contains(TokenKind::integer) ? "put the `if` into parentheses" : "";
}

} // namespace

const Token* find_foreign_word(const MistakePlace& place) {
  const Token& last = place.feed.last().token;
  const auto& statement = place.feed.statement();
  if (last.kind == TokenKind::identifier)
    if (const ForeignWord* word = find_word(place.sources.slice(last.span));
        word != nullptr && (!word->begins_statement || statement.empty()))
      return &last;
  if (place.sources.slice(place.feed.previous().span) == "not") return &place.feed.previous();
  if (statement.empty() || statement.front().kind != TokenKind::identifier) return nullptr;
  const ForeignWord* word = find_word(place.sources.slice(statement.front().span));
  return word != nullptr && word->begins_statement ? &statement.front() : nullptr;
}

const char* foreign_hint(std::string_view word) {
  const ForeignWord* row = find_word(word);
  return row != nullptr ? row->hint : "";
}

std::string usual_mistake(const MistakePlace& place) {
  for (auto* hint :
       {empty_key, subject_without_parentheses, map_for_variable, loop_of_c, name_for_variable, typeof_alone,
        tuple_as_type, assignment_as_value, block_as_operand, block_without_braces})
    if (std::string text = hint({place}); !text.empty()) return text;
  return "";
}

} // namespace trc::parser
