// The part of the reader of C declarations that reads what stands before the names: words of types, storage
// classes, attributes.
#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/text.h"
#include "ctypes/c_parser.h"
#include "ctypes/type_table.h"

namespace trc {
namespace {

enum class Word : uint8_t {
  skipped, ///< says nothing about layout
  typedef_word,
  signed_word,
  unsigned_word,
  short_word,
  long_word,
  int_word,
  complex_word,
  other_base, ///< "char", "double", …
  struct_word,
  union_word,
  enum_word,
  typeof_word,
  attribute,
  alignas_word,
  atomic,
};

const std::unordered_map<std::string_view, Word>& words() {
  static const std::unordered_map<std::string_view, Word> table = [] {
    std::unordered_map<std::string_view, Word> made;
    const auto add = [&](Word word, std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names)
        made.emplace(name, word);
    };
    add(Word::skipped, {"extern",       "static",     "auto",       "register",      "inline",
                        "__inline",     "__inline__", "_Noreturn",  "_Thread_local", "__thread",
                        "const",        "__const",    "__const__",  "volatile",      "__volatile",
                        "__volatile__", "restrict",   "__restrict", "__restrict__",  "__extension__"});
    add(Word::typedef_word, {"typedef"});
    add(Word::signed_word, {"signed", "__signed", "__signed__"});
    add(Word::unsigned_word, {"unsigned"});
    add(Word::short_word, {"short"});
    add(Word::long_word, {"long"});
    add(Word::int_word, {"int"});
    add(Word::complex_word, {"_Complex", "__complex__"});
    add(Word::other_base, {"void", "char", "float", "double", "_Bool", "__int128", "__int128_t",
                           "__uint128_t", "_Float16", "_Float32", "_Float64", "_Float32x", "_Float64x",
                           "_Float128", "__float128", "__float80", "__builtin_va_list"});
    add(Word::struct_word, {"struct"});
    add(Word::union_word, {"union"});
    add(Word::enum_word, {"enum"});
    add(Word::typeof_word, {"typeof", "__typeof", "__typeof__"});
    add(Word::attribute, {"__attribute__", "__attribute"});
    add(Word::alignas_word, {"_Alignas"});
    add(Word::atomic, {"_Atomic"});
    return made;
  }();
  return table;
}

std::optional<Word> word_of(const CToken& token) {
  if (!token.is_identifier()) return {};
  const auto found = words().find(token.text);
  return found == words().end() ? std::optional<Word>() : found->second;
}

CType integer(uint64_t bytes, bool is_signed) {
  return {.kind = CTypeKind::integer, .is_signed = is_signed, .size = bytes};
}
CType opaque(uint64_t bytes, uint32_t alignment) {
  return {.kind = CTypeKind::opaque, .size = bytes, .alignment = alignment};
}

/// `__packed__` is `packed`.
std::string_view bare(std::string_view name) {
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__"))
    return name.substr(2, name.size() - 4);
  return name;
}

std::vector<std::string> names_of(const CTypes& types) {
  std::vector<std::string> names = {"char",   "short", "int",    "long",  "unsigned",
                                    "signed", "void",  "struct", "union", "enum"};
  for (const auto& [name, type] : types.typedefs)
    names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

bool CParser::begins_type(const CToken& token) const {
  if (!token.is_identifier()) return false;
  return words().contains(token.text) || types_.typedefs.contains(token.text);
}

CParser::Specifiers CParser::specifiers() {
  Specifiers made;
  BaseWords base;
  const CToken first = peek();
  while (one_specifier(made, base)) {
  }
  if (base.any()) {
    if (made.type) unexpected(first, "it has two types");
    made.type = base_type(base);
    if (!made.type)
      fail(DiagnosticId::c_unexpected, first, "`" + std::string(first.text) + "`",
           "these words together are no type");
  }
  if (!made.type) {
    if (!first.is_identifier()) unexpected(first, "a declaration begins with a type");
    // `static x;` was an int once, and is nothing that anybody writes today.
    made.type = named_type(peek());
    take();
    while (one_specifier(made, base)) {
    }
  }
  return made;
}

/// False: what comes is no specifier.
bool CParser::one_specifier(Specifiers& made, BaseWords& base) {
  const CToken& token = peek();
  const auto word = word_of(token);
  const bool has_type = made.type || base.any();
  if (!word) {
    // A name that is a type and comes first; behind a type it is what is declared.
    if (has_type || !token.is_identifier()) return false;
    const auto found = types_.typedefs.find(token.text);
    if (found == types_.typedefs.end()) return false;
    made.type = found->second;
    take();
    return true;
  }
  switch (*word) {
  case Word::skipped: break;
  case Word::typedef_word: made.is_typedef = true; break;
  case Word::signed_word: ++base.signed_words; break;
  case Word::unsigned_word: ++base.unsigned_words; break;
  case Word::short_word: ++base.shorts; break;
  case Word::long_word: ++base.longs; break;
  case Word::int_word: ++base.ints; break;
  case Word::complex_word: base.is_complex = true; break;
  case Word::other_base:
    if (!base.other.empty()) unexpected(token);
    base.other = token.text;
    break;
  case Word::atomic:
    take();
    if (peek().is("(")) made.type = type_in_parentheses();
    return true;
  case Word::attribute: attributes(made.attributes); return true;
  case Word::alignas_word: alignas_specifier(made.attributes); return true;
  case Word::typeof_word:
    if (has_type) unexpected(token);
    made.type = type_of();
    return true;
  case Word::struct_word:
  case Word::union_word:
    if (has_type) unexpected(token);
    made.type = record(made.is_inline_record);
    return true;
  case Word::enum_word:
    if (has_type) unexpected(token);
    made.type = enumeration();
    return true;
  }
  take();
  return true;
}

/// Null: these words don't go together.
const CType* CParser::base_type(const BaseWords& words) {
  const std::string_view other = words.other;
  const bool is_unsigned = words.unsigned_words > 0;
  if (words.signed_words + words.unsigned_words > 1 || words.ints > 1 || words.shorts > 1 || words.longs > 2)
    return nullptr;
  if (words.is_complex) {
    const uint64_t part = other == "float" ? 4 : words.longs > 0 ? 16 : 8;
    return types_.make(opaque(part * 2, part));
  }
  if (other.empty()) {
    if (words.shorts > 0 && words.longs > 0) return nullptr;
    return types_.make(integer(words.shorts > 0 ? 2 : words.longs > 0 ? 8 : 4, !is_unsigned));
  }
  const bool has_words = words.signed_words + words.unsigned_words + words.ints + words.shorts > 0;
  if (words.ints + words.shorts > 0 || (words.longs > 0 && other != "double")) return nullptr;
  if (other == "char") {
    CType type = integer(1, !is_unsigned);
    type.is_plain_char = words.signed_words + words.unsigned_words == 0;
    return types_.make(type);
  }
  if (other == "__int128" || other == "__int128_t" || other == "__uint128_t")
    return types_.make(opaque(16, 16));
  if (has_words) return nullptr;
  if (other == "void") return types_.make({});
  if (other == "_Bool") return types_.make({.kind = CTypeKind::boolean, .size = 1});
  if (other == "_Float16") return types_.make(opaque(2, 2));
  if (other == "float" || other == "_Float32") return types_.make(opaque(4, 4));
  if (other == "__builtin_va_list") return types_.make(opaque(24, 8));
  if ((other == "double" && words.longs == 0) || other == "_Float64" || other == "_Float32x")
    return types_.make(opaque(8, 8));
  return types_.make(opaque(16, 16));
}

/// A name that no text has declared: the kernel's, or one of those that everybody uses.
const CType* CParser::named_type(const CToken& name) {
  if (!name.is_identifier()) unexpected(name, "a declaration begins with a type");
  std::optional<Type> known = kernel_ ? kernel_->type(name.text) : std::optional<Type>();
  if (!known) known = type_table({})->type(name.text);
  const CType* type = known ? from_language(types_, *known, kernel_) : nullptr;
  if (!type) {
    const CToken& behind = peek(peek().place.offset == name.place.offset ? 1 : 0);
    if (!behind.is_identifier() && !behind.is("*")) unexpected(name, "a declaration begins with a type");
    fail(DiagnosticId::c_unknown_type, name, std::string(name.text),
         did_you_mean(name.text, names_of(types_)));
  }
  types_.typedefs.emplace(name.text, type);
  return type;
}

const CType* CParser::type_of() {
  take();
  if (!peek().is("(")) unexpected(peek());
  if (type_comes()) return type_in_parentheses();
  take();
  const CValue value = read_expression(*this, false);
  expect(")");
  return value.type ? value.type : integer_type_of(value);
}

void CParser::attributes(Attributes& made) {
  for (;;) {
    if (peek().is("_Alignas")) {
      alignas_specifier(made);
      continue;
    }
    if (!peek().is("__attribute__") && !peek().is("__attribute")) return;
    take();
    expect("(");
    expect("(");
    while (!peek().is(")")) {
      if (!peek().is(",")) one_attribute(made);
      if (!peek().is(")")) expect(",");
    }
    expect(")");
    expect(")");
  }
}

void CParser::one_attribute(Attributes& made) {
  const CToken name = take();
  if (!name.is_identifier()) unexpected(name);
  const std::string_view what = bare(name.text);
  if (what == "packed") made.is_packed = true;
  if (what == "aligned" && !peek().is("(")) made.alignment = std::max(made.alignment, 16U);
  if (!peek().is("(")) return;
  if (what == "aligned") {
    take();
    made.alignment = std::max(made.alignment, alignment_argument(name));
    expect(")");
  } else if (what == "mode") {
    take();
    made.mode = bare(take().text);
    expect(")");
  } else {
    if (what == "address_space" && peek(1).is("1")) made.is_user = true;
    if (what == "btf_type_tag" && peek(1).text == "\"user\"") made.is_user = true;
    skip_balanced();
  }
}

/// `_Alignas(8)`, `_Alignas(type)`
void CParser::alignas_specifier(Attributes& made) {
  const CToken name = take();
  if (!peek().is("(")) unexpected(peek());
  if (type_comes()) {
    const CType* type = type_in_parentheses();
    made.alignment = std::max(made.alignment, trc::alignment_of(*type));
    return;
  }
  take();
  made.alignment = std::max(made.alignment, alignment_argument(name));
  expect(")");
}

uint32_t CParser::alignment_argument(const CToken& at) {
  static constexpr uint64_t kMost = 1 << 28;
  const CValue value = constant();
  if (value.bits == 0 && at.is("_Alignas")) return 0;
  if (!std::has_single_bit(value.bits) || value.bits > kMost)
    fail(DiagnosticId::c_bad_alignment, at, std::to_string(static_cast<int64_t>(value.bits)));
  return value.bits;
}

/// The type with what attributes of a typedef make of it.
const CType* CParser::with_attributes(const CType* type, const Attributes& made) {
  if (made.alignment == 0 && made.mode.empty()) return type;
  CType changed = *type;
  static constexpr std::pair<std::string_view, uint64_t> kModes[] = {
      {"QI", 1}, {"byte", 1}, {"HI", 2}, {"SI", 4}, {"DI", 8}, {"word", 8}, {"pointer", 8}, {"TI", 16}};
  for (const auto& [mode, bytes] : kModes) {
    if (made.mode != mode || changed.kind != CTypeKind::integer) continue;
    changed.size = bytes;
    changed.is_plain_char = false;
    if (bytes == 16) changed = opaque(16, 16);
  }
  if (made.alignment != 0) changed.alignment = made.alignment;
  return types_.make(changed);
}

} // namespace trc
