// The registers that programs of kprobes and uprobes are handed (kernel: arch/x86/include/asm/ptrace.h,
// struct pt_regs).
#pragma once

#include <vector>

#include "probes/provider.h"

namespace trc::probes {

/// `arg0` … `arg5` when a function begins, by the System V calling convention of x86-64.
std::vector<ContextAccess> argument_registers();
/// `retval` when it returns.
Argument result_register();

} // namespace trc::probes
