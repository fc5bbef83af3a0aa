// The part of the reader of C declarations that reads names with what is around them: `*x`, `x[3]`,
// `(*x)(int)`.
#include "ctypes/c_parser.h"

namespace trc {
namespace {

constexpr size_t kMostModifiers = 50;
constexpr uint8_t kMostDepth = 100;

} // namespace

/// A `(` that comes holds a declarator, no parameters.
bool CParser::nested_declarator_comes(bool may_be_abstract) {
  const CToken& behind = peek(1);
  if (behind.is("*") || behind.is("(") || behind.is("^") || behind.is("__attribute__")) return true;
  if (behind.is("[") && may_be_abstract) return true;
  return behind.is_identifier() && !begins_type(behind);
}

void CParser::modifiers(std::vector<Modifier>& made, Declarator& declarator, bool may_be_abstract) {
  if (++depth_ > 50) fail(DiagnosticId::c_too_large, peek(), "the depth of this declaration");
  std::vector<Modifier> pointers;
  for (;;) {
    if (peek().is("*")) {
      take();
      pointers.push_back({.kind = CTypeKind::pointer});
    } else if (peek().is("__attribute__") || peek().is("__attribute")) {
      attributes(declarator.attributes);
    } else if (peek().is("const") || peek().is("volatile") || peek().is("restrict") ||
               peek().is("__restrict") || peek().is("__restrict__") || peek().is("_Atomic") ||
               peek().is("__const") || peek().is("__extension__") || peek().is("__volatile__")) {
      take();
    } else {
      break;
    }
    if (pointers.size() > kMostModifiers)
      fail(DiagnosticId::c_too_large, peek(), "the depth of this declaration");
  }
  if (peek().is_identifier() && !peek().is("asm") && !peek().is("__asm__")) {
    declarator.name = take();
  } else if (peek().is("(") && nested_declarator_comes(may_be_abstract)) {
    take();
    modifiers(made, declarator, may_be_abstract);
    expect(")");
  }
  for (;;) {
    if (made.size() > kMostModifiers)
      fail(DiagnosticId::c_too_large, peek(), "the depth of this declaration");
    if (peek().is("(")) {
      skip_balanced();
      made.push_back({.kind = CTypeKind::function});
      continue;
    }
    if (!peek().is("[")) break;
    const CToken open = take();
    while (peek().is("static") || peek().is("const") || peek().is("restrict") || peek().is("__restrict"))
      take();
    Modifier array = {.kind = CTypeKind::array, .has_count = !peek().is("]")};
    if (array.has_count) {
      const CValue count = constant();
      if (count.is_signed && static_cast<int64_t>(count.bits) < 0)
        fail(DiagnosticId::c_bad_array, open, std::to_string(static_cast<int64_t>(count.bits)));
      array.count = count.bits;
    }
    expect("]");
    made.push_back(array);
  }
  made.insert(made.end(), pointers.begin(), pointers.end());
  --depth_;
}

/// A name with its type; `may_be_abstract`: the name may be missing, as in a cast.
CParser::Declarator CParser::declarator(const Specifiers& specifiers, bool may_be_abstract) {
  Declarator made;
  std::vector<Modifier> around;
  modifiers(around, made, may_be_abstract);
  if (made.name.kind == CTokenKind::end && !may_be_abstract) unexpected(peek(), "a name belongs here");
  made.type = modified(specifiers.type, around, made.name.kind == CTokenKind::end ? peek() : made.name);
  if ((specifiers.attributes.is_user || made.attributes.is_user) && made.type->kind == CTypeKind::pointer) {
    CType user = *made.type;
    user.is_user = true;
    made.type = types_.make(user);
  }
  if (peek().is("asm") || peek().is("__asm__") || peek().is("__asm")) {
    take();
    if (!peek().is("(")) unexpected(peek());
    skip_balanced();
  }
  attributes(made.attributes);
  return made;
}

const CType* CParser::modified(const CType* type, const std::vector<Modifier>& modifiers, const CToken& at) {
  for (size_t i = modifiers.size(); i-- > 0;) {
    const Modifier& modifier = modifiers[i];
    CType made = {.kind = modifier.kind, .depth = static_cast<uint8_t>(type->depth + 1), .target = type};
    if (made.depth > kMostDepth) fail(DiagnosticId::c_too_large, at, "the depth of this type");
    if (modifier.kind == CTypeKind::pointer) made.size = 8;
    if (modifier.kind == CTypeKind::array) {
      if (type->kind == CTypeKind::function || type->kind == CTypeKind::nothing)
        fail(DiagnosticId::c_incomplete_type, at, described(*type));
      made.has_count = modifier.has_count;
      made.count = modifier.count;
      const auto bytes = known_size(*type);
      if (bytes && *bytes != 0 && made.count > UINT32_MAX / *bytes)
        fail(DiagnosticId::c_too_large, at, "this array");
    }
    type = types_.make(made);
  }
  return type;
}

/// As in a cast or in `sizeof`.
const CType* CParser::type_name() {
  const Specifiers made = specifiers();
  return declarator(made, true).type;
}

} // namespace trc
