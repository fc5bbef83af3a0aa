// A run of a compiled script from loading to the last line of output: loads, attaches, handles what the
// programs send, prints the maps, detaches. Knows nothing of the language; what it needs stands in the
// manifest.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "output/printer.h"
#include "program/manifest.h"

namespace trc::runtime {

struct SessionOptions {
  std::optional<pid_t> pid;         ///< -p: the session ends with this process
  std::vector<std::string> command; ///< -c, already split; the session ends with it
  bool follow = false;              ///< what that process starts is traced too
  bool no_warnings = false;         ///< what warnf() says is left out
  bool strict = false;              ///< what is lost is an error
  bool exit_status = false;         ///< end with the status of the command
  bool dry_run = false;             ///< load and attach, then end without running anything
  /// What the program was compiled for: to trace, or the script's own tests or benchmarks.
  Purpose purpose = Purpose::tracing;
  int output_fd = -1;             ///< where the printer writes: if its reader goes, the session ends
  bool needs_frame_names = false; ///< the printer uses the names of stacks' frames
  bool shows_progress = false;    ///< each second, as long as nothing has been printed
  /// Somebody looks at the output as it comes: each event is shown at once. Otherwise events are collected
  /// for some milliseconds, which costs the traced programs much less.
  bool interactive = false;
};

/// Status of a session that was told to end while it was still attaching (language.md 5.6).
inline constexpr int kAbortedStatus = 255;

/// Runs the program to its end; gives trc's exit status.
Result<int> run(const CompiledProgram& program, output::Printer& printer, const SessionOptions& options);

} // namespace trc::runtime
