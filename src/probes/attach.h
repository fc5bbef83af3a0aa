// The run half of the providers: attaching a loaded program. Knows programs only as file descriptors.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "program/manifest.h"

namespace trc::probes {

struct AttachContext {
  std::optional<pid_t> pid; ///< -p: restrict to this process where the kernel can
};

/// When the session itself has to run the program.
enum class Moment : uint8_t { by_kernel, begin, end, periodic };

struct Attached {
  std::vector<Fd> descriptors;  ///< closing them detaches
  bool detaches_slowly = false; ///< closing waits for the kernel, tens of milliseconds each
  bool counts_misses = false;   ///< the first one is a link that knows how often its probe was missed
  Moment moment = Moment::by_kernel;
  std::chrono::nanoseconds period{0}; ///< periodic
};

using Attach = Result<Attached> (*)(const Attachment& attachment, int program_fd,
                                    const AttachContext& context);

/// Null if no provider has that name.
Attach find_attach(std::string_view provider);

} // namespace trc::probes
