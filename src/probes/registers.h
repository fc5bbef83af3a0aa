// The registers that programs of kprobes and uprobes are handed (kernel: arch/x86/include/asm/ptrace.h,
// struct pt_regs).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/provider.h"

namespace trc::probes {

/// `arg0` … `arg5` when a function begins, by the System V calling convention of x86-64.
std::vector<ContextAccess> argument_registers();
/// `retval` when it returns.
Argument result_register();
/// By its name in struct pt_regs ("ax"), or `pc` for `ip`; nothing if there is none.
std::optional<ContextAccess> register_named(std::string_view name);
std::vector<std::string> register_names();

} // namespace trc::probes
