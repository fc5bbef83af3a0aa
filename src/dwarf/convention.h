// Where a function finds its parameters when it begins: the calling convention of x86-64 (System V ABI,
// AMD64 supplement, 3.2.3; C++: Itanium ABI, 3.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dwarf/die.h"

namespace trc::dwarf {

struct Place {
  enum class Kind : uint8_t {
    registers, ///< `count` registers for integers, from the one numbered `index` (0 di, 1 si, 2 dx, 3 cx, 4
               ///< r8, 5 r9)
    reference, ///< a register holds the address of the value
    stack,     ///< `offset` bytes above where the stack pointer points to when the function begins
    vector,    ///< a register for floating point numbers
    none,      ///< it has no bytes
    unknown,   ///< nowhere that is known
  };
  Kind kind = Kind::none;
  uint32_t index = 0, count = 0, offset = 0;
};

/// Of parameters of these types, in order. `result`: the function's, or nothing; one that is returned in
/// memory takes the first register. `language`: a DW_LANG of the unit. Rust promises no convention, but
/// passes what fits registers as C does, and the address of everything else; Go's is another one, so that all
/// is unknown.
std::vector<Place> places_of(const std::vector<Dwarf_Die>& parameters, std::optional<Dwarf_Die> result,
                             int language);

} // namespace trc::dwarf
