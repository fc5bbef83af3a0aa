// The fields of `args` in tracepoint probes, from the fields of their format files.
//
//   int x, struct foo *p      a value                char comm[16]          a string
//   u8 addr[4], struct foo s  an array, a struct     __data_loc char[]      a string
//   __data_loc u64[]          a pointer to u64       __data_loc u8[], masks a buffer
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "lang/structure.h"
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
std::vector<Argument> tracepoint_arguments(const std::vector<TracepointField>& fields, AddressSpace pointers,
                                           const TypeSource& types);
/// For a program on the raw tracepoint of all system calls.
std::vector<Argument> syscall_arguments(const std::vector<TracepointField>& fields, const SyscallEdge& edge,
                                        const TypeSource& types);

} // namespace trc::probes
