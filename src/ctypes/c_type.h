// Types of C as its declarations make them, before they become types of the language: with their alignment,
// and with structs that may be completed later.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ctypes/c_token.h"
#include "lang/structure.h"

namespace trc {

struct CRecord;
struct CEnumeration;

enum class CTypeKind : uint8_t {
  nothing, ///< void
  boolean,
  integer,
  opaque, ///< floating point, integers of more than 64 bits: `size` bytes
  enumeration,
  pointer,
  array,
  function,
  record,
};

struct CType {
  CTypeKind kind = CTypeKind::nothing;
  bool is_signed = false, is_plain_char = false;
  bool has_count = true;         ///< array: `[]` has none
  bool is_user = false;          ///< pointer: marked as one of the user's address space
  uint8_t depth = 0;             ///< how many pointers, arrays and functions one on top of the other
  uint64_t size = 0;             ///< bytes; of arrays and records ask size_of()
  uint32_t alignment = 0;        ///< of a typedef with an alignment of its own, and of what has no inside
  const CType* target = nullptr; ///< of a pointer, array; what a function gives
  uint64_t count = 0;            ///< array
  CRecord* record = nullptr;
  CEnumeration* enumeration = nullptr;
  const Type* kernel = nullptr; ///< a type that only the kernel knows, as it is
};

struct CMember {
  std::string_view name; ///< "": anonymous struct or union
  const CType* type = nullptr;
  uint64_t bit = 0; ///< from the start
  uint8_t bits = 0; ///< bit-field; 0: none
};

struct CRecord {
  std::string name; ///< "struct foo"
  bool is_union = false, is_anonymous = false, is_complete = false;
  const Structure* kernel = nullptr; ///< not defined by the text: the kernel's
  uint64_t size = 0;
  uint32_t alignment = 1;
  std::vector<CMember> members;
  CPlace place;
};

struct CEnumeration {
  std::string name; ///< "enum foo"
  bool is_anonymous = false, is_complete = false;
  uint32_t size = 4;
  bool is_signed = false;
  std::vector<Enumerator> values;
  CPlace place;
};

struct CEnumerator {
  const CType* type = nullptr;
  int64_t value = 0;
  uint8_t size = 4;
  bool is_signed = true;
  CPlace place;
};

/// All that C text declares. Pointers to what is in here stay valid.
struct CTypes {
  std::deque<CType> types;
  std::deque<CRecord> records;
  std::deque<CEnumeration> enumerations;
  std::deque<Type> kernel_types;
  std::unordered_map<std::string, CRecord*> record_tags; ///< "struct foo"
  std::unordered_map<std::string, CEnumeration*> enumeration_tags;
  std::unordered_map<std::string_view, const CType*> typedefs;
  std::unordered_map<std::string_view, CEnumerator> enumerators;

  const CType* make(CType type) { return &types.emplace_back(type); }
};

/// Nothing for incomplete types, and where the number of bytes does not fit 32 bits.
std::optional<uint64_t> size_of(const CType& type);
uint32_t alignment_of(const CType& type);
/// "`struct foo`", "an array", for messages.
std::string described(const CType& type);

/// From the kernel's (or the language's) to C's.
const CType* from_language(CTypes& types, const Type& type, const TypeSource* kernel);
/// To types of the language.
Type to_language(const CType& type);
Structure to_language(const CRecord& record);

} // namespace trc
