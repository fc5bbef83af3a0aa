// What `ctx` is in the kinds of programs that several providers have.
#pragma once

#include "probes/provider.h"

namespace trc::probes {

/// kprobes: the registers.
inline ProgramContext register_context() { return {.structure = "struct pt_regs", .is_in_memory = true}; }

/// Programs on perf events. The kernel hands them another structure and rewrites each load from it.
inline ProgramContext perf_event_context() {
  return {.structure = "struct bpf_perf_event_data", .is_in_memory = false};
}

} // namespace trc::probes
