#include "probes/tracepoint/syscalls.h"

#include <cstddef>
#include <sys/user.h>

namespace trc::probes {
namespace {

struct Row {
  uint32_t number;
  std::string_view name;
};

constexpr Row kRows[] = {
#define SYSCALL(number, name) {number, name},
#include "probes/tracepoint/syscalls.def"
#undef SYSCALL
};

// struct user_regs_struct, what ptrace hands out, begins with the kernel's struct pt_regs: r15 0, r14 8, … ss
// 160.
constexpr uint32_t kArguments[] = {
    offsetof(user_regs_struct, rdi), offsetof(user_regs_struct, rsi), offsetof(user_regs_struct, rdx),
    offsetof(user_regs_struct, r10), offsetof(user_regs_struct, r8),  offsetof(user_regs_struct, r9),
};
static_assert(offsetof(user_regs_struct, rdi) == 112 && offsetof(user_regs_struct, orig_rax) == 120);

} // namespace

std::optional<uint32_t> syscall_number(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.number;
  return {};
}

std::span<const uint32_t> syscall_argument_registers() { return kArguments; }

uint32_t syscall_number_register() { return offsetof(user_regs_struct, orig_rax); }

} // namespace trc::probes
