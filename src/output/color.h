// Whether what is written somewhere is coloured.
#pragma once

namespace trc::output {

/// As TRC_COLOR (or the peer's BPFTRACE_COLOR) says: `always`, `never`, or else on a terminal.
bool wants_color(int fd);

} // namespace trc::output
