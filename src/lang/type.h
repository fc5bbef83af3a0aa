// The types of the language as values. A type says what a value means and how many bytes it takes in memory;
// where it is stored is decided later (program/value_layout.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "program/presentation.h"

namespace trc {

enum class TypeKind : uint8_t {
  none,      ///< no value (a statement-like call), or not known yet
  boolean,   ///< 1 byte
  integer,   ///< 1, 2, 4 or 8 bytes, signed or not
  pointer,   ///< 8 bytes, with an address space
  string,    ///< `size` bytes, ended by NUL unless full
  tuple,     ///< elements one after the other, aligned as in C; with `names` it is a record
  array,     ///< equal elements one after the other: `elements` holds their type
  buffer,    ///< 4 bytes for the length, then size - 4 bytes of anything
  structure, ///< a C struct or union by value; its fields are asked of a TypeSource by `name`
  // What a map can hold but no expression can: aggregations
  count,
  sum,
  min,
  max,
  avg,
  hist,  ///< parameters: {bits}
  lhist, ///< parameters: {min, max, step}
  stats,
  quantile,
  tseries, ///< parameters: {interval in ns, number of intervals, SeriesOf}
};

enum class AddressSpace : uint8_t { none, kernel, user };

/// Which clock a number of nanoseconds was read from; `boot` also of numbers that are none.
enum class Clock : uint8_t { boot, monotonic, tai };

struct Type {
  TypeKind kind = TypeKind::none;
  bool is_signed = false; ///< integer, and the integer behind sum, min, max, avg, stats, quantile, tseries
  /// A literal that is not negative: it takes the sign of what it meets (reference 7.1).
  bool is_flexible = false;
  AddressSpace space = AddressSpace::none; ///< pointer
  Clock clock = Clock::boot;               ///< integer: what strftime() goes by; arithmetic forgets it
  uint32_t size = 0;                       ///< bytes in memory
  std::vector<Type> elements;      ///< tuple: its elements; array: one; pointer: what it points to, if known
  std::vector<int64_t> parameters; ///< hist, lhist, tseries
  /// structure: "struct task_struct", "union u"; integer of an enumeration: "enum pid_type"; pointer to a
  /// type that we only know by name: its C spelling.
  std::string name;
  std::vector<std::string> names; ///< record: the names of its elements
  /// tuple: what it is shown as; then it is a whole, whose parts the language does not see
  Presentation presentation = Presentation::none;

  bool operator==(const Type&) const = default;

  bool is_none() const { return kind == TypeKind::none; }
  bool is_string() const { return kind == TypeKind::string; }
  bool is_integer() const { return kind == TypeKind::integer; }
  bool is_pointer() const { return kind == TypeKind::pointer; }
  bool is_enumeration() const { return is_integer() && !name.empty(); }
  bool is_stack() const {
    return presentation == Presentation::kernel_stack || presentation == Presentation::user_stack;
  }
  bool is_presented() const { return presentation != Presentation::none; }
  bool is_record() const { return kind == TypeKind::tuple && !names.empty(); }
  /// integer, boolean or pointer: what fits a register
  bool is_scalar() const;
  bool is_aggregation() const { return kind >= TypeKind::count; }
  /// An aggregation that is one number, so that expressions can read it.
  bool is_castable() const { return kind >= TypeKind::count && kind <= TypeKind::avg; }
};

Type integer_type(uint32_t bytes, bool is_signed);
Type bool_type();
Type string_type(uint32_t bytes);
/// `to` may be none: a pointer whose target is only known by its C name.
Type pointer_type(AddressSpace space, Type to, std::string c_name = {});
/// Computes the size with C's alignment.
Type tuple_type(std::vector<Type> elements);
/// A tuple whose elements have names.
Type record_type(std::vector<std::string> names, std::vector<Type> elements);
/// A value that is shown as `presentation` says; its parts are what programs keep of it.
Type presented_type(Presentation presentation, std::vector<Type> parts);
Type array_type(Type element, uint32_t count);
/// Number of elements of an array; of a string its bytes.
uint32_t element_count(const Type& array);
/// For at most `bytes` bytes.
Type buffer_type(uint32_t bytes);
/// `c_name`: "struct foo" or "union foo"
Type structure_type(std::string c_name, uint32_t bytes);
/// An integer that prints as the enumerator's name. `c_name`: "enum foo"
Type enumeration_type(std::string c_name, uint32_t bytes, bool is_signed);
uint32_t alignment(const Type& type);
/// Offset of each element of a tuple.
std::vector<uint32_t> element_offsets(const Type& tuple);

/// How an integer is kept in variables, maps and keys: 64 bits of its sign, so that no value is lost. Tuples
/// keep their elements so; other types stay as they are.
Type storage_type(const Type& type);

/// Of what is read from there. What was only ever given literals stays flexible: it is not negative.
Type read_type(const Type& type);

/// How well two types go together; see join_types().
enum class Fit : uint8_t { good, sign_lost, bad };

struct Joined {
  Type type;
  Fit fit = Fit::good;
};

/// The type that holds the values of both: the wider integer, the longer string, element by element for
/// tuples. `sign_lost`: uint64 with a signed integer gives int64. `bad`: there is none, and the type is that
/// of `a`.
Joined join_types(const Type& a, const Type& b);

/// As the user writes it: `int32`, `string[16]`, `(uint64,string[16])`, `hist_t`.
std::string spelling(const Type& type);
/// In a sentence: `an int32`, `a string[16]`, `a tuple (uint64,string[16])`.
std::string with_article(const Type& type);

} // namespace trc
