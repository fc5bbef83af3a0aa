// Questions about kernel types, answered from BTF.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf.h"
#include "kernel/kernel.h"

namespace trc {

/// The C spelling of a type: "const struct file *", "unsigned int", "pid_t".
std::string c_spelling(const Btf& btf, uint32_t type_id);

/// const, volatile, restrict, and tags such as `__user`.
bool is_modifier(uint32_t kind);
/// The type behind typedefs and modifiers; 0 for void.
uint32_t underlying_id(const Btf& btf, uint32_t type_id);

/// The id of a struct or union of that name.
std::optional<uint32_t> find_struct(const Btf& btf, std::string_view name);
/// Offset in bytes of a member by its dotted path; anonymous structs and unions are looked into. Bit fields
/// have none.
std::optional<uint32_t> member_offset(const Btf& btf, uint32_t struct_id, std::string_view path);

/// The arguments of a raw tracepoint without the leading context pointer; nothing if there is no such
/// tracepoint.
std::optional<std::vector<BtfParameter>> raw_tracepoint_arguments(const Btf& btf, const std::string& name);

/// What a function of the kernel takes and gives; nothing if there is none of that name.
std::optional<BtfPrototype> prototype(const Btf& btf, const std::string& function);
/// The same of a function by its id.
std::optional<BtfPrototype> prototype_of(const Btf& btf, uint32_t function_id);

} // namespace trc
