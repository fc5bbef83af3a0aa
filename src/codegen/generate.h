// The code generator: from a typed program to a BPF ELF object and its manifest, in memory. It reports
// nothing: after semantic analysis no user error is possible, and what is unexpected here is a bug.
#pragma once

#include <optional>
#include <string>

#include "base/source.h"
#include "program/manifest.h"
#include "semantic/typed_program.h"

namespace trc {

/// Device and inode of a PID namespace's file in /proc/PID/ns.
struct PidNamespaceId {
  uint64_t device, inode;
};

/// Where a task_struct has what tells a process from others, in bytes.
struct ProcessFields {
  uint32_t thread, process; ///< ids: `pid` and `tgid`
  uint32_t start; ///< when it began: the same for all its life, though another thread may take the lead
};

struct CodegenOptions {
  const Sources& sources;
  uint32_t source = 0; ///< base of the script in `sources`
  unsigned cpus = 1;   ///< possible CPUs: slots of per-CPU scalars are laid out for so many
  /// Set where trc does not live in the initial PID namespace: process ids are those of this one then.
  std::optional<PidNamespaceId> pid_namespace;
  bool counts_events = false;   ///< that probes see, for the session to show how it goes
  bool counts_failures = false; ///< -k: FAILURE rows of program/losses.def too
  std::optional<uint64_t> pid;  ///< -p: programs return at once for other processes
  /// --follow: of -p's process, or that of -c, and all that come from it.
  std::optional<ProcessFields> follow;
};

CompiledProgram generate(const typed::Program& program, const CodegenOptions& options);

enum class CodeForm : uint8_t { llvm, llvm_opt, assembly };
/// The module before or after optimization, or the BPF instructions, as text for `-d`.
std::string dump_code(const typed::Program& program, const CodegenOptions& options, CodeForm form);

} // namespace trc
