// fentry:bpf, fexit:bpf: the functions of BPF programs that are loaded.
#pragma once

#include "probes/provider.h"

namespace trc::probes {

/// Resolves `bpf:FUNCTION` and `bpf:ID:FUNCTION`; false if the attach point is none of these.
bool resolve_bpf_program(ProgramType type, const AttachPointText& point, const ResolveContext& context,
                         std::vector<Match>& matches);

} // namespace trc::probes
