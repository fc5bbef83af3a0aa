// The part of the reader of C declarations that answers what constant expressions ask: names, casts, sizeof.
#include "ctypes/c_parser.h"

namespace trc {

/// A value that must be known now.
CValue CParser::constant() {
  const CToken first = peek();
  const CValue value = read_expression(*this, false);
  if (!value.is_constant || value.is_in_memory || (value.type && value.type->kind == CTypeKind::opaque))
    fail(DiagnosticId::c_not_constant, first, std::string(first.text));
  return value;
}

CValue CParser::value_of(const CToken& name) {
  const auto found = types_.enumerators.find(name.text);
  if (found != types_.enumerators.end()) {
    const CEnumerator& one = found->second;
    return {.bits = static_cast<uint64_t>(one.value), .size = one.size, .is_signed = one.is_signed};
  }
  if (name.is("__builtin_offsetof")) return offset_of();
  if (kernel_) {
    if (const auto known = kernel_->constant(name.text)) {
      const bool fits_int = known->value >= INT32_MIN && known->value <= INT32_MAX;
      return {.bits = static_cast<uint64_t>(known->value), .size = static_cast<uint8_t>(fits_int ? 4 : 8)};
    }
  }
  // A variable or a function: there may be a use for it that needs no value, but none that we know of.
  fail(DiagnosticId::c_not_constant, name, std::string(name.text));
}

bool CParser::type_comes() {
  const CToken& behind = peek(1);
  if (begins_type(behind)) return true;
  // `sizeof(u64)` with a type of the kernel's: no name that is a value.
  if (!behind.is_identifier() || types_.enumerators.contains(behind.text) ||
      (!peek(2).is(")") && !peek(2).is("*")))
    return false;
  return kernel_ && kernel_->type(behind.text).has_value();
}

const CType* CParser::type_in_parentheses() {
  expect("(");
  const CType* type = type_name();
  expect(")");
  return type;
}

CValue CParser::converted(const CValue& value, const CType* type) {
  CValue made = value;
  made.type = nullptr;
  made.is_in_memory = false;
  const uint64_t bytes = known_size(*type).value_or(0);
  const bool is_enumeration = type->kind == CTypeKind::enumeration;
  if (type->kind == CTypeKind::boolean) {
    made.bits = value.bits != 0;
  } else if (type->kind == CTypeKind::integer || is_enumeration) {
    const bool is_signed = is_enumeration ? type->enumeration->is_signed : type->is_signed;
    const int shift = 64 - static_cast<int>(bytes) * 8;
    if (shift > 0 && shift < 64)
      made.bits = is_signed ? static_cast<uint64_t>(static_cast<int64_t>(value.bits << shift) >> shift)
                            : value.bits << shift >> shift;
    made.size = bytes == 8 ? 8 : 4;
    made.is_signed = is_signed || bytes < 4;
  } else {
    made.size = 8;
    made.is_signed = false;
    made.is_constant = made.is_constant && type->kind == CTypeKind::pointer;
  }
  // For sizeof, and for `->` behind it. Narrow integers are what they are only until arithmetic.
  made.type = type;
  return made;
}

uint64_t CParser::size_of(const CValue& value, const CToken& at) {
  if (!value.type) return value.size;
  const auto bytes = known_size(*value.type);
  if (bytes) return *bytes;
  if (value.type->kind == CTypeKind::nothing || value.type->kind == CTypeKind::function)
    return 1; // as gcc has it
  fail(DiagnosticId::c_incomplete_type, at, described(*value.type));
}

uint64_t CParser::alignment_of(const CValue& value, const CToken& at) {
  if (!value.type) return value.size;
  if (value.type->kind == CTypeKind::record && !known_size(*value.type))
    fail(DiagnosticId::c_incomplete_type, at, described(*value.type));
  return trc::alignment_of(*value.type);
}

/// Through anonymous members; `bit` is added to.
const CMember* CParser::find_member(const CRecord& record, std::string_view name, uint64_t& bit, int depth) {
  for (const CMember& member : record.members) {
    if (member.name == name) {
      bit += member.bit;
      return &member;
    }
    if (!member.name.empty() || depth > 50) continue;
    if (const CMember* found = find_member(*member.type->record, name, bit, depth + 1)) {
      bit += member.bit;
      return found;
    }
  }
  return nullptr;
}

CValue CParser::member(const CValue& base, bool is_arrow, const CToken& name) {
  const CType* type = base.type;
  if (is_arrow && type && (type->kind == CTypeKind::pointer || type->kind == CTypeKind::array))
    type = type->target;
  if (!type || type->kind != CTypeKind::record) unexpected(name, "what stands before it has no fields");
  uint64_t bit = 0;
  if (const CMember* found = find_member(*type->record, name.text, bit)) {
    CValue made = base;
    made.bits += bit / 8;
    made.type = found->type;
    made.is_in_memory = true;
    return made;
  }
  complete_from_kernel(*type->record);
  const Structure* known = type->record->kernel;
  const auto field = known ? find_field(*kernel_, *known, name.text) : std::optional<Field>();
  const CType* field_type = field ? from_language(types_, field->type, kernel_) : nullptr;
  if (!field_type) fail(DiagnosticId::unknown_field, name, type->record->name, std::string(name.text));
  CValue made = base;
  made.bits += field->offset;
  made.type = field_type;
  made.is_in_memory = true;
  return made;
}

CValue CParser::element(const CValue& base, const CValue& index, const CToken& at) {
  if (!base.type || (base.type->kind != CTypeKind::pointer && base.type->kind != CTypeKind::array))
    unexpected(at, "what stands here is no array and no pointer");
  CValue made = base;
  made.type = base.type->target;
  made.bits += index.bits * known_size(*made.type).value_or(0);
  made.is_constant = base.is_constant && index.is_constant;
  made.is_in_memory = true;
  return made;
}

/// `__builtin_offsetof(type, a.b[2].c)`
CValue CParser::offset_of() {
  expect("(");
  CValue at = {.size = 8, .is_signed = false, .type = type_name(), .is_in_memory = true};
  expect(",");
  at = member(at, false, take());
  for (;;) {
    if (accept(".")) {
      at = member(at, false, take());
    } else if (peek().is("[")) {
      const CToken open = take();
      at = element(at, constant(), open);
      expect("]");
    } else {
      break;
    }
  }
  expect(")");
  return {.bits = at.bits, .size = 8, .is_signed = false, .is_constant = at.is_constant};
}

const CType* CParser::integer_type_of(const CValue& value) {
  return types_.make({.kind = CTypeKind::integer, .is_signed = value.is_signed, .size = value.size});
}

} // namespace trc
