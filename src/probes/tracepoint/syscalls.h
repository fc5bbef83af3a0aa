// System calls as x86-64 makes them: numbers, and where their arguments stand in struct pt_regs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace trc::probes {

/// Number of the system call whose tracepoints are called sys_enter_NAME and sys_exit_NAME.
std::optional<uint32_t> syscall_number(std::string_view name);

/// Names by number as programs know them (syscall(2)); "" where there is none.
std::vector<std::string_view> syscall_names();

/// Offsets in struct pt_regs of the arguments, the first one first.
std::span<const uint32_t> syscall_argument_registers();
/// Offset in struct pt_regs of the number: orig_ax.
uint32_t syscall_number_register();

} // namespace trc::probes
