// All C types that a script can name: first its own definitions, then the kernel's, then the usual names of
// C.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lang/structure.h"

namespace trc {

/// Asks one source after the other; the first answer counts. The base types of C ("unsigned long", "char",
/// "uint32_t") and the language's own ("uint8" … "int64", "bool") are known without any source.
std::shared_ptr<const TypeSource> type_table(std::vector<std::shared_ptr<const TypeSource>> sources);

/// What C's own words spell, in any order that C allows: "char", "long unsigned int", "_Bool". No source can
/// give these another meaning. `void` is none of them.
std::optional<Type> keyword_type(std::string_view name);
/// keyword_type(), or a name of c_types.def.
std::optional<Type> base_type(std::string_view name);

} // namespace trc
