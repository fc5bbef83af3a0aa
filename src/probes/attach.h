// The run half of the providers: attaching a loaded program. Knows programs only as file descriptors.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "program/manifest.h"

namespace trc::probes {

struct AttachContext {
  std::optional<pid_t> pid; ///< of -p or -c: restrict to this process where the kernel can
  bool follows = false;     ///< and to those that it starts
  std::function<bool()> has_to_stop = [] { return false; }; ///< the user does not want to wait any longer
};

/// When the session itself has to run the program.
enum class Moment : uint8_t { by_kernel, begin, end, periodic, signal, read, trial, later };

struct Attached {
  std::vector<Fd> descriptors;  ///< closing them detaches
  bool detaches_slowly = false; ///< closing waits for the kernel, tens of milliseconds each
  bool counts_misses = false;   ///< some are links that know how often their probes were missed
  Moment moment = Moment::by_kernel;
  std::chrono::nanoseconds period{0}; ///< periodic
  int iterator = -1;                  ///< read: reading it to its end runs the program; one of `descriptors`
  size_t missing = 0;                 ///< of attachments made together: those that were left out
  size_t more = 0;                    ///< attached besides what was asked for
  std::vector<std::string> notes;     ///< what the user should know of it: warnings
  std::string pin; ///< later: the file that its only descriptor, a link, shall have; it stays behind
};

using Attach = Result<Attached> (*)(const Attachment& attachment, int program_fd,
                                    const AttachContext& context);

/// Attaches a program of a type whose attachments are made together (attaches_together()).
using AttachAll = Result<Attached> (*)(std::span<const Attachment> attachments, int program_fd,
                                       const AttachContext& context);

/// Null if no provider has that name.
Attach find_attach(std::string_view provider);
/// Null for providers whose programs are all attached one by one.
AttachAll find_attach_all(std::string_view provider);
/// Of several programs on one place the kernel runs those of these providers in the reverse of the order in
/// which they were attached.
bool runs_last_first(std::string_view provider);

} // namespace trc::probes
