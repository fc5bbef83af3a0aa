// Types of the language for C types that are only known by their spelling.
#pragma once

#include <optional>
#include <string_view>

#include "lang/type.h"

namespace trc::probes {

bool is_c_pointer(std::string_view spelling);
/// The type of a C pointer. What `char *` points to is an int8; other targets are known by name only.
Type c_pointer_type(std::string_view spelling, AddressSpace space);

/// The integer type of a known name, qualifiers or not; enums have 4 bytes.
std::optional<Type> c_integer_type(std::string_view spelling);

} // namespace trc::probes
