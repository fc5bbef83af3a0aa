// Random expressions over all integer types, as trees of our own: nothing here comes from trc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace differential {

struct IntegerType {
  std::string_view name;
  unsigned bytes;
  bool is_signed;
};
inline constexpr std::array<IntegerType, 8> kTypes = {{{"int8", 1, true},
                                                       {"uint8", 1, false},
                                                       {"int16", 2, true},
                                                       {"uint16", 2, false},
                                                       {"int32", 4, true},
                                                       {"uint32", 4, false},
                                                       {"int64", 8, true},
                                                       {"uint64", 8, false}}};

/// A value of a declared type that the compiler does not know: a variable, a map, an element of a map.
struct Leaf {
  size_t type = 0; ///< index in kTypes
  std::string name;
  uint64_t bits = 0; ///< of its value, extended to 64 bits by its type
};

enum class Kind : uint8_t { literal, leaf, cast, unary, binary, ternary, elvis };

struct Node {
  Kind kind = Kind::literal;
  std::string_view op;     ///< unary, binary
  uint64_t number = 0;     ///< literal
  size_t leaf = 0;         ///< index of the leaf
  std::string_view to;     ///< cast: the type's name; "bool" is one
  bool is_boolean = false; ///< what it gives
  std::vector<std::unique_ptr<Node>> parts;
};
using NodePtr = std::unique_ptr<Node>;

using Random = std::mt19937_64;

/// Values of all sizes, and often those where something changes.
uint64_t random_bits(Random& random);
/// As a value of the type, extended to 64 bits.
uint64_t cut(uint64_t bits, unsigned bytes, bool is_signed);
const IntegerType* find_type(std::string_view name);

/// `leaves`: how many there are.
NodePtr random_expression(Random& random, size_t leaves);

/// As it stands in a script: with the leaves' names, or with their values as constants of their types.
enum class Form : uint8_t { names, constants };
std::string text(const Node& node, const std::vector<Leaf>& leaves, Form form);
/// A constant of the leaf's type and value.
std::string constant_text(const Leaf& leaf);

} // namespace differential
