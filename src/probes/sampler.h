// Perf events that run a program each time they overflow: on every online CPU, or on the threads of the one
// process that is traced. What profile, software, hardware and watchpoint share.
#pragma once

#include <string>

#include "probes/perf_event.h"

namespace trc::probes {

/// What a perf event could not be opened for, from its errno; for messages of a provider's own.
using ExplainRefusal = std::unexpected<Error> (*)(int number, const std::string& what);

/// Attaches the program to events of this kind: on every online CPU, or, with a process in the context, on
/// each of its threads. `what` names the probe in messages.
Result<Attached> attach_sampler(perf_event_attr attributes, const Attachment& attachment, int program_fd,
                                const AttachContext& context, const std::string& what,
                                ExplainRefusal explain = perf_event_failure);

} // namespace trc::probes
