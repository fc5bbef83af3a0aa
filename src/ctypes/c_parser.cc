#include "ctypes/c_parser.h"

#include <algorithm>

#include "base/text.h"

namespace trc {

CParser::CParser(CPreprocessor& preprocessor, CReporter& reporter, const Sources& sources,
                 const TypeSource* kernel, CTypes& types)
    : preprocessor_(preprocessor), reporter_(reporter), sources_(sources), kernel_(kernel), types_(types) {}

const CToken& CParser::peek(size_t ahead) {
  while (ahead_.size() <= ahead) {
    CToken token = preprocessor_.next();
    if (token.kind == CTokenKind::pragma)
      pack_pragma(token);
    else
      ahead_.push_back(token);
  }
  return ahead_[ahead];
}

CToken CParser::take() {
  CToken token = peek();
  if (token.kind == CTokenKind::end) return token;
  ahead_.pop_front();
  if (token.is("{")) ++braces_;
  if (token.is("}") && braces_ > 0) --braces_;
  return token;
}

bool CParser::accept(std::string_view text) {
  if (!peek().is(text)) return false;
  take();
  return true;
}

CToken CParser::expect(std::string_view text) {
  if (!peek().is(text)) unexpected(peek(), "a `" + std::string(text) + "` belongs here");
  return take();
}

void CParser::unexpected(const CToken& token, std::string hint) {
  const bool is_end = token.kind == CTokenKind::end || token.kind == CTokenKind::piece_end;
  fail(DiagnosticId::c_unexpected, token, is_end ? "end" : "`" + std::string(token.text) + "`",
       std::move(hint));
}

void CParser::fail(DiagnosticId id, const CToken& token, std::string first, std::string second) {
  throw CMistake{id, token.place, {std::move(first), std::move(second)}};
}

/// From an opening parenthesis, bracket or brace behind its counterpart.
void CParser::skip_balanced() {
  const CToken open = take();
  for (size_t depth = 1; depth > 0;) {
    const CToken token = peek();
    if (token.kind == CTokenKind::end || token.kind == CTokenKind::piece_end)
      fail(DiagnosticId::c_unclosed, open, std::string(open.text));
    take();
    if (token.kind != CTokenKind::punctuator) continue;
    if (token.is("(") || token.is("[") || token.is("{")) ++depth;
    if (token.is(")") || token.is("]") || token.is("}")) --depth;
  }
}

/// Up to the `,` or `;` behind it.
void CParser::skip_initializer() {
  for (;;) {
    const CToken& token = peek();
    if (token.is("(") || token.is("[") || token.is("{")) {
      skip_balanced();
      continue;
    }
    if (token.is(",") || token.is(";") || token.kind == CTokenKind::end) return;
    if (token.is(")") || token.is("]") || token.is("}")) unexpected(token);
    take();
  }
}

/// Behind the declaration that a mistake is in.
void CParser::recover() {
  for (;;) {
    const CToken token = take();
    if (token.kind == CTokenKind::end) break;
    if (token.kind == CTokenKind::piece_end || (token.is(";") && braces_ == 0)) break;
    if (token.is("}") && braces_ == 0 && peek().line_start && !peek().is(";")) break;
  }
  braces_ = 0;
  depth_ = 0;
}

void CParser::read() {
  while (peek().kind != CTokenKind::end) {
    try {
      declaration();
    } catch (const CMistake& mistake) {
      reporter_.report(mistake);
      recover();
    }
  }
}

void CParser::declaration() {
  if (accept(";") || accept("__extension__")) return;
  const CToken first = peek();
  if (first.is("_Static_assert") || first.is("static_assert") || first.is("asm") || first.is("__asm__") ||
      first.is("__asm")) {
    take();
    while (peek().is("volatile") || peek().is("__volatile__"))
      take();
    if (!peek().is("(")) unexpected(peek());
    skip_balanced();
    expect(";");
    return;
  }
  const Specifiers made = specifiers();
  if (accept(";")) return;
  for (;;) {
    const Declarator one = declarator(made, false);
    declared(made, one);
    if (one.type->kind == CTypeKind::function && !made.is_typedef) {
      if (!peek().is("{") && !peek().is(";") && !peek().is(",")) read_over_parameters_of_old();
      if (peek().is("{")) return skip_balanced();
    }
    if (accept("=")) skip_initializer();
    if (accept(";")) return;
    if (!peek().is(",")) unexpected(peek(), "a `;` ends a declaration");
    take();
  }
}

/// `int f(a) int a; { … }`
void CParser::read_over_parameters_of_old() {
  while (!peek().is("{")) {
    if (peek().kind == CTokenKind::end || peek().kind == CTokenKind::piece_end || peek().is("}"))
      unexpected(peek(), "a `;` ends a declaration");
    if (peek().line_start && begins_type(peek())) unexpected(peek(), "a `;` ends a declaration");
    take();
  }
}

void CParser::declared(const Specifiers& made, const Declarator& one) {
  if (!made.is_typedef) return;
  Attributes together = one.attributes;
  together.alignment = std::max(together.alignment, made.attributes.alignment);
  if (together.mode.empty()) together.mode = made.attributes.mode;
  // A name that a text gives twice is the same type, or the first one stays: which one a program would have
  // is not for us to find out.
  const CType* type = with_attributes(one.type, together);
  CRecord* record = type->record;
  if (record && record->is_anonymous && type->kind == CTypeKind::record &&
      record->name.find("<anonymous") != std::string::npos)
    record->name = anonymous_name(record->is_union ? "union" : "struct", one.name.text);
  CEnumeration* enumeration = type->enumeration;
  if (enumeration && enumeration->is_anonymous && type->kind == CTypeKind::enumeration &&
      enumeration->name.find("<anonymous") != std::string::npos)
    enumeration->name = anonymous_name("enum", one.name.text);
  types_.typedefs.try_emplace(one.name.text, type);
}

/// `pack(4)`, `pack(push, 1)`, `pack(pop)`, `pack()`
void CParser::pack_pragma(const CToken& pragma) {
  const size_t open = pragma.text.find('('), close = pragma.text.rfind(')');
  if (open == pragma.text.npos || close == pragma.text.npos || close < open) return;
  bool has_value = false;
  for (std::string_view word : split(pragma.text.substr(open + 1, close - open - 1), ',')) {
    word = trim(word);
    if (word == "push") {
      packs_.push_back(pack_);
      has_value = true;
    } else if (word == "pop") {
      pack_ = packs_.empty() ? 0 : packs_.back();
      if (!packs_.empty()) packs_.pop_back();
      has_value = true;
    } else if (word == "1" || word == "2" || word == "4" || word == "8" || word == "16") {
      pack_ = static_cast<uint32_t>(std::stoul(std::string(word)));
      has_value = true;
    }
  }
  if (!has_value) pack_ = 0;
}

} // namespace trc
