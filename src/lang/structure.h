// C types that have a name and an inside: structs, unions, enumerations. A Type only names them; what they
// are made of is asked of a TypeSource, so that recursive types need no care and nothing is read that no
// script asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/type.h"

namespace trc {

struct Field {
  std::string name; ///< "": an anonymous struct or union, whose fields count as the structure's own
  Type type;        ///< of a bit-field: the integer (or enumeration) that it was declared with
  uint32_t offset =
      0; ///< bytes from the structure's start; of a bit-field: of the byte that its first bit is in
  /// Bit-fields only. Little-endian: bit 0 is the lowest of the byte at `offset`. bits == 0: no bit-field.
  uint8_t first_bit = 0, bits = 0;
  /// A pointer whose value is an offset into the area of each CPU (`__percpu`): reading through it as it is
  /// fails.
  bool is_per_cpu = false;

  bool operator==(const Field&) const = default;
};

struct Structure {
  std::string
      name; ///< "struct foo", "union foo"; anonymous ones have a made-up name with a blank and a `<` in it
  uint32_t size = 0, alignment = 1;
  std::vector<Field> fields; ///< in order of declaration, padding left out

  bool operator==(const Structure&) const = default;
};

struct Enumerator {
  std::string name;
  int64_t value = 0;

  bool operator==(const Enumerator&) const = default;
};

struct Enumeration {
  std::string name; ///< "enum foo"
  uint32_t size = 4;
  bool is_signed = false;
  std::vector<Enumerator> values;

  bool operator==(const Enumeration&) const = default;
};

/// Where C types come from: a script's own definitions, the kernel's BTF, a program's debug information.
/// Names are C spellings with their keyword: "struct foo", "enum foo". Answers stay valid as long as the
/// source. What a pointer field points to is Type::elements of its type; a struct there has its name and,
/// where that is cheap, its size, else size 0 (find it by name when the size matters). `char[N]` is a string,
/// other arrays are arrays; function pointers and pointers to void have no elements.
class TypeSource {
public:
  virtual ~TypeSource() = default;
  /// Null if there is none with this name or only its declaration.
  virtual const Structure* structure(std::string_view name) const = 0;
  virtual const Enumeration* enumeration(std::string_view name) const = 0;
  /// What a typedef or a base type of C stands for: "pid_t", "unsigned long", "struct foo", "enum foo".
  virtual std::optional<Type> type(std::string_view name) const = 0;
  /// The enumeration constant of that name, with the enumeration's type.
  struct Constant {
    Type type;
    int64_t value = 0;
  };
  virtual std::optional<Constant> constant(std::string_view name) const = 0;
  /// All names that it knows, for "did you mean": `tag` gives "struct foo", "union foo", "enum foo". Costly;
  /// asked only after a mistake.
  enum class NameKind : uint8_t { tag, type, constant };
  virtual std::vector<std::string> names(NameKind) const { return {}; }
};

/// A field with the way to it through anonymous members: its offset counts from the start of `structure`.
std::optional<Field> find_field(const TypeSource& types, const Structure& structure, std::string_view name);
/// Names of all fields that find_field() finds, for messages.
std::vector<std::string> field_names(const TypeSource& types, const Structure& structure);

} // namespace trc
