// Types of the language for C types that are only known by their spelling, as in the format files of
// tracepoints.
#pragma once

#include <optional>
#include <string_view>

#include "lang/structure.h"

namespace trc {

/// "const char *const *", "enum pid_type", "struct iocb * *", "unsigned long". What a pointer points to has
/// its type, if `types` is not needed for a struct (which has its name, and size 0) and knows anything else;
/// else it has its spelling only. Pointers are of the address space `pointers`, or of what `__user` says.
/// Nothing for void, and for what nobody knows.
std::optional<Type> c_type(std::string_view spelling, AddressSpace pointers, const TypeSource& types);

} // namespace trc
