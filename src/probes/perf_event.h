// Attaching programs to perf events: the common half of the providers that do so.
#pragma once

#include <linux/perf_event.h>
#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"
#include "probes/attach.h"

namespace trc::probes {

/// perf_event_open(2); errno tells why it failed.
Fd open_perf_event(const perf_event_attr& attributes, pid_t pid, int cpu);

/// Attaches a program to an event and enables it; appends what must stay open. `what` names it in messages.
Result<void> attach_to_perf_event(Fd event, int program_fd, uint64_t cookie, const std::string& what,
                                  std::vector<Fd>& descriptors);

/// "can't attach WHAT" with what the errno means for perf events and a hint.
std::unexpected<Error> perf_event_failure(int number, const std::string& what);

} // namespace trc::probes
