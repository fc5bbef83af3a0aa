// Places inside of string literals.
#pragma once

#include "base/source.h"

namespace trc {

/// Where the bytes `begin` to `end` of a literal's value stand in the source; the whole span if no literal
/// stands there.
Span place_in_literal(const Sources& sources, Span literal, uint32_t begin, uint32_t end);

} // namespace trc
