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

std::vector<std::string_view> syscall_names() {
  // The kernel calls these functions otherwise than everybody else.
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"newstat", "stat"},   {"newfstat", "fstat"}, {"newlstat", "lstat"}, {"sendfile64", "sendfile"},
      {"newuname", "uname"}, {"sysctl", "_sysctl"}, {"umount", "umount2"},
  };
  std::vector<std::string_view> names;
  for (const Row& row : kRows) {
    if (row.number >= names.size()) names.resize(row.number + 1);
    std::string_view& name = names[row.number] = row.name;
    for (const auto& [kernel, usual] : kOthers)
      if (name == kernel) name = usual;
  }
  return names;
}

std::span<const uint32_t> syscall_argument_registers() { return kArguments; }

uint32_t syscall_number_register() { return offsetof(user_regs_struct, orig_rax); }

} // namespace trc::probes
