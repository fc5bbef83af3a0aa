#include "probes/tracepoint/arguments.h"

#include "probes/c_type.h"
#include "probes/tracepoint/syscalls.h"

namespace trc::probes {
namespace {

// Both raw tracepoints hand over a struct pt_regs * and, as second word, the number or the result.
constexpr uint32_t kRegistersWord = 0, kSecondWord = 8, kWord = 8;
// What the language gives a string whose length is only known at run time.
constexpr uint32_t kMostString = 1024;

ContextAccess from_register(uint32_t offset) {
  return {.kind = AccessKind::value, .offset = kRegistersWord, .size = kWord, .through = offset};
}

ContextAccess from_record(AccessKind kind, const TracepointField& field) {
  return {.kind = kind, .offset = field.offset, .size = field.size, .through = {}};
}

/// The record's header, which a program can't read.
bool is_common(const TracepointField& field) { return field.name.starts_with("common_"); }

bool is_array(const TracepointField& field) {
  return field.array_length || field.is_data_loc || field.type.starts_with("__rel_loc ");
}

bool fits_register(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

/// Type of a field that is one pointer or number.
std::optional<Type> scalar_type(const TracepointField& field, AddressSpace pointers) {
  if (is_array(field) || !fits_register(field.size)) return {};
  if (is_c_pointer(field.type)) {
    if (field.size != kWord) return {};
    return c_pointer_type(field.type, pointers);
  }
  if (field.type.starts_with("struct ") || field.type.starts_with("union ")) return {};
  // The name tells more than the room where the room is larger. Otherwise the kernel's word counts: it knows
  // the sign of char, and the size of packed enums.
  auto named = c_integer_type(field.type);
  if (named && named->size < field.size) return named;
  bool is_signed = field.is_signed || (named && named->size == field.size && named->is_signed);
  return integer_type(field.size, is_signed);
}

std::optional<Argument> argument(const TracepointField& field, AddressSpace pointers) {
  if (auto type = scalar_type(field, pointers))
    return Argument{field.name, *type, from_record(AccessKind::value, field)};
  if (field.is_data_loc && field.type == "__data_loc char[]")
    return Argument{field.name, string_type(kMostString), from_record(AccessKind::data_loc_string, field)};
  if (field.array_length && field.type == "char" && field.size > 0)
    return Argument{field.name, string_type(field.size), from_record(AccessKind::inline_string, field)};
  return {};
}

bool is_number(const TracepointField& field) { return field.name == "__syscall_nr" || field.name == "nr"; }

} // namespace

const SyscallEdge* find_syscall_edge(std::string_view event) {
  static const SyscallEdge edges[] = {
      {"sys_enter_",
       "sys_enter",
       {.kind = AccessKind::value, .offset = kSecondWord, .size = kWord, .through = {}},
       {}},
      {"sys_exit_", "sys_exit", from_register(syscall_number_register()),
       ContextAccess{.kind = AccessKind::value, .offset = kSecondWord, .size = kWord, .through = {}}},
  };
  for (const SyscallEdge& edge : edges)
    if (event.starts_with(edge.prefix)) return &edge;
  return nullptr;
}

std::vector<Argument> tracepoint_arguments(const std::vector<TracepointField>& fields,
                                           AddressSpace pointers) {
  std::vector<Argument> arguments;
  for (const TracepointField& field : fields)
    if (!is_common(field))
      if (auto made = argument(field, pointers)) arguments.push_back(std::move(*made));
  return arguments;
}

std::vector<Argument> syscall_arguments(const std::vector<TracepointField>& fields, const SyscallEdge& edge) {
  std::vector<Argument> arguments;
  auto registers = syscall_argument_registers();
  for (const TracepointField& field : fields) {
    // Later kernels append texts that the arguments point to; those are not in registers.
    if (is_common(field) || is_array(field)) continue;
    auto type = scalar_type(field, AddressSpace::user);
    if (!type) continue;
    if (is_number(field) && arguments.empty()) {
      arguments.push_back({field.name, *type, edge.number});
    } else if (edge.result) {
      arguments.push_back({field.name, *type, *edge.result});
    } else if (!registers.empty()) {
      arguments.push_back({field.name, *type, from_register(registers.front())});
      registers = registers.subspan(1);
    }
  }
  return arguments;
}

} // namespace trc::probes
