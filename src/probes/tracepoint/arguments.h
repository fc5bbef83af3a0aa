// The fields of `args` in tracepoint probes, from the fields of their format files. Fields of shapes that the
// language has no type for (arrays of numbers, bit masks) are left out.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "probes/provider.h"

namespace trc::probes {

/// The two ends of a system call.
struct SyscallEdge {
  std::string_view prefix;         ///< of the tracepoints' names
  std::string_view raw_tracepoint; ///< that sees all calls
  ContextAccess number;            ///< in the raw tracepoint's context
  /// What `ret` is; none for the entry, whose arguments are in pt_regs.
  std::optional<ContextAccess> result;
};

/// The edge that a tracepoint of the category `syscalls` belongs to; null if its name is of another form.
const SyscallEdge* find_syscall_edge(std::string_view event);

/// For a program on the tracepoint itself.
std::vector<Argument> tracepoint_arguments(const std::vector<TracepointField>& fields, AddressSpace pointers);
/// For a program on the raw tracepoint of all system calls.
std::vector<Argument> syscall_arguments(const std::vector<TracepointField>& fields, const SyscallEdge& edge);

} // namespace trc::probes
