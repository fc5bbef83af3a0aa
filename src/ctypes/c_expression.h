// Constant expressions of C: those of `#if`, array sizes, bit-fields, enumerators.
#pragma once

#include <cstdint>
#include <string>

#include "ctypes/c_report.h"
#include "ctypes/c_token.h"

namespace trc {

struct CType;

/// A value with what C's arithmetic needs of its type.
struct CValue {
  uint64_t bits = 0; ///< extended to 64 bits as `is_signed` says
  uint8_t size = 4;  ///< 4 or 8
  bool is_signed = true;
  bool is_constant = true;
  /// What `sizeof` of it asks for; null: an integer as above. The value of what lies in memory is its
  /// address.
  const CType* type = nullptr;
  bool is_in_memory = false;

  bool is_true() const { return bits != 0; }
};

/// Where the tokens come from, and what names mean there.
class CExpressionContext {
public:
  virtual ~CExpressionContext() = default;
  virtual const CToken& peek(size_t ahead = 0) = 0;
  virtual CToken take() = 0;
  /// Of an identifier, which was taken.
  virtual CValue value_of(const CToken& name) = 0;
  /// `(` comes, and what is behind it begins a type.
  virtual bool type_comes() { return false; }
  /// `( type )`
  virtual const CType* type_in_parentheses() { return nullptr; }
  virtual CValue converted(const CValue& value, const CType*) { return value; }
  virtual uint64_t size_of(const CValue&, const CToken&) { return 0; }
  virtual uint64_t alignment_of(const CValue&, const CToken&) { return 0; }
  virtual CValue member(const CValue& base, bool, const CToken&) { return base; }
  virtual CValue element(const CValue& base, const CValue&, const CToken&) { return base; }
};

/// Reads one, without commas outside parentheses. All integers of `#if` have 64 bits. Throws CMistake.
CValue read_expression(CExpressionContext& context, bool is_condition);
/// The value of a number as it is written, or of a character.
CValue literal_value(const CToken& token, bool is_condition);

} // namespace trc
