#include "probes/tracepoint/arguments.h"

#include <algorithm>

#include "base/text.h"
#include "ctypes/c_spelling.h"
#include "ctypes/type_table.h"
#include "probes/tracepoint/syscalls.h"

namespace trc::probes {
namespace {

// Both raw tracepoints hand over a struct pt_regs * and, as second word, the number or the result.
constexpr uint32_t kRegistersWord = 0, kSecondWord = 8, kWord = 8;
// What the language gives strings and buffers whose length is only known at run time.
constexpr uint32_t kMostString = 1024, kMostBuffer = 1024;

ContextAccess from_register(uint32_t offset) {
  return {.kind = AccessKind::value, .offset = kRegistersWord, .size = kWord, .through = offset};
}

ContextAccess from_record(AccessKind kind, const TracepointField& field) {
  return {.kind = kind, .offset = field.offset, .size = field.size, .through = {}};
}

/// The record's header, which a program can't read.
bool is_common(const TracepointField& field) { return field.name.starts_with("common_"); }

Argument unreadable(const TracepointField& field, std::string why) {
  return {.name = field.name, .type = {}, .access = {}, .unreadable = std::move(why)};
}

Argument unreadable_header(const TracepointField& field) {
  return unreadable(field, "the kernel hides the first 8 bytes of a record from programs");
}

bool fits_register(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

std::string_view without_const(std::string_view spelling) {
  spelling = trim(spelling);
  for (std::string_view word : {"const ", "volatile ", "const "})
    if (spelling.starts_with(word)) spelling = trim(spelling.substr(word.size()));
  return spelling;
}

/// Of a number that takes `size` bytes. Its type's name tells more than the room where the room is larger.
/// Otherwise the kernel's word counts: it knows the sign of char, and the size of packed enums.
Type number_type(std::string_view spelling, uint32_t size, bool is_signed, const TypeSource& types) {
  // Other names are those of integers, most of all; to look for them in BTF would be in vain.
  const bool is_enumeration = spelling.find("enum ") != spelling.npos;
  auto named = is_enumeration ? c_type(spelling, AddressSpace::none, types) : base_type(spelling);
  if (named && named->is_integer() && named->size < size) return *named;
  if (named && named->size == size) {
    if (named->is_enumeration() || named->kind == TypeKind::boolean) return *named;
    is_signed |= named->is_signed && spelling != "char";
  }
  return integer_type(size, is_signed);
}

/// Type of a field that is one pointer or number.
std::optional<Type> scalar_type(const TracepointField& field, AddressSpace pointers,
                                const TypeSource& types) {
  if (field.array_length || field.is_data_loc || !fits_register(field.size)) return {};
  if (field.type.find('*') != field.type.npos)
    return field.size == kWord ? c_type(field.type, pointers, types) : std::nullopt;
  if (field.type.starts_with("struct ") || field.type.starts_with("union ")) return {};
  return number_type(without_const(field.type), field.size, field.is_signed, types);
}

/// A field whose bytes stand in the record at their offset and are no scalar.
Argument in_place(const TracepointField& field, AddressSpace pointers, const TypeSource& types) {
  if (field.size == 0) return unreadable(field, "the kernel does not tell its length");
  Argument made = {.name = field.name, .type = {}, .access = from_record(AccessKind::bytes, field)};
  if (!field.array_length) {
    auto type = c_type(field.type, pointers, types);
    const bool is_right = type && type->size == field.size;
    made.type = is_right ? std::move(*type) : array_type(integer_type(1, false), field.size);
    return made;
  }
  if (without_const(field.type) == "char") {
    made.type = string_type(field.size);
    made.access.kind = AccessKind::inline_string;
    return made;
  }
  const uint32_t count = std::max<uint32_t>(*field.array_length, 1);
  TracepointField element = field;
  element.array_length = {};
  element.size = field.size / count;
  auto type = scalar_type(element, pointers, types);
  if (!type && element.size * count == field.size) type = c_type(field.type, pointers, types);
  if (!type || type->size != element.size) type = integer_type(1, false);
  made.type = array_type(std::move(*type), field.size / type->size);
  return made;
}

/// `__data_loc T[] name`: the record's tail holds any number of T.
Argument in_tail(const TracepointField& field, AddressSpace pointers, const TypeSource& types) {
  Argument made = {.name = field.name, .type = {}, .access = from_record(AccessKind::data_loc_buffer, field)};
  made.access.is_relative = field.is_relative;
  // "__data_loc char[]"; a mask such as "__data_loc cpumask_t" has no brackets.
  std::string_view spelling = field.type;
  spelling = trim(spelling.substr(spelling.find(' ') + 1));
  const bool is_list = spelling.ends_with("[]");
  if (is_list) spelling = trim(spelling.substr(0, spelling.size() - 2));
  auto element = is_list ? c_type(spelling, pointers, types) : std::nullopt;
  if (is_list && without_const(spelling) == "char") {
    made.type = string_type(kMostString);
    made.access.kind = AccessKind::data_loc_string;
  } else if (element && element->size > 1) {
    made.type = pointer_type(AddressSpace::kernel, std::move(*element));
    made.access.kind = AccessKind::data_loc_address;
  } else {
    made.type = buffer_type(kMostBuffer);
  }
  return made;
}

Argument argument(const TracepointField& field, AddressSpace pointers, const TypeSource& types) {
  if (is_common(field)) return unreadable_header(field);
  if (field.is_data_loc) return in_tail(field, pointers, types);
  if (auto type = scalar_type(field, pointers, types))
    return {.name = field.name, .type = *type, .access = from_record(AccessKind::value, field)};
  return in_place(field, pointers, types);
}

bool is_number(const TracepointField& field) { return field.name == "__syscall_nr" || field.name == "nr"; }

/// Later kernels append texts that arguments point to (`__filename_val`), to the record of their own
/// tracepoint only.
Argument unreadable_text(const TracepointField& field) {
  std::string_view name = field.name;
  if (name.starts_with("__")) name.remove_prefix(2);
  if (name.ends_with("_val")) name.remove_suffix(4);
  return unreadable(field, "it is what `str(args." + std::string(name) + ")` reads");
}

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

std::vector<Argument> tracepoint_arguments(const std::vector<TracepointField>& fields, AddressSpace pointers,
                                           const TypeSource& types) {
  std::vector<Argument> arguments;
  for (const TracepointField& field : fields)
    arguments.push_back(argument(field, pointers, types));
  return arguments;
}

std::vector<Argument> syscall_arguments(const std::vector<TracepointField>& fields, const SyscallEdge& edge,
                                        const TypeSource& types) {
  std::vector<Argument> arguments;
  auto registers = syscall_argument_registers();
  bool has_number = false;
  for (const TracepointField& field : fields) {
    if (is_common(field)) {
      arguments.push_back(unreadable_header(field));
      continue;
    }
    auto type = scalar_type(field, AddressSpace::user, types);
    if (!type) {
      arguments.push_back(unreadable_text(field));
    } else if (is_number(field) && !has_number) {
      arguments.push_back({field.name, *type, edge.number});
      has_number = true;
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
