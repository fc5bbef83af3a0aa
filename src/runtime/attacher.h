// Attaches the programs of a script and sorts out those that the session itself has to run.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "output/printer.h"
#include "probes/attach.h"
#include "program/manifest.h"
#include "runtime/attach_plan.h"
#include "runtime/loader.h"

namespace trc::runtime {

struct Periodic {
  size_t program = 0; ///< index in Manifest::programs
  std::chrono::nanoseconds period{0};
};

/// A link of which the kernel tells what its probe has missed.
struct ProbeLink {
  size_t program = 0; ///< index in Manifest::programs
  int fd = -1;
};

class Attacher {
public:
  /// `pid`: the process that is traced, of -p or -c; `follows`: so are those that it starts.
  Attacher(const Manifest& manifest, const LoadedObject& object, std::optional<pid_t> pid, bool follows,
           AttachPlan& plan, output::Printer& printer)
      : manifest_(manifest), programs_(object.programs), refused_targets_(object.refused_targets),
        context_{.pid = pid, .follows = follows, .has_to_stop = [&plan] { return plan.has_to_stop(); }},
        plan_(plan), printer_(printer) {}

  /// Attaches the programs that the session may have to run, and so learns which are begin, end and interval.
  /// A real raw tracepoint among them does nothing yet: its program waits for RunState kRunning.
  Result<void> attach_own();
  /// Attaches the others, in such an order that of several bodies on one place the first one runs first.
  /// False if a signal came meanwhile. What can't be attached is an error, or a warning: where the script
  /// says so, and where other attach points of the same list could be.
  Result<bool> attach_others();

  /// Detaches all. Where that takes long a process of its own is left to do it, so that the user is not kept
  /// waiting; no program does anything any more by then.
  void detach();

  const std::vector<size_t>& begins() const { return begins_; }
  const std::vector<size_t>& ends() const { return ends_; }
  const std::vector<Periodic>& periodic() const { return periodic_; }
  /// To run when trc gets SIGUSR1.
  const std::vector<size_t>& on_signal() const { return on_signal_; }
  /// Descriptors of iterators: reading one to its end runs its program.
  const std::vector<int>& iterators() const { return iterators_; }
  /// Tests and benchmarks.
  const std::vector<size_t>& trials() const { return trials_; }
  /// Gives those links that stay behind their files, and tells of them.
  Result<void> pin();
  bool runs_by_kernel() const { return runs_by_kernel_; }
  const std::vector<ProbeLink>& probe_links() const { return probe_links_; }
  /// Probes that are attached, begin, end and interval among them.
  size_t probes() const { return probes_; }

private:
  /// A program of which something could not be attached, and why.
  struct Failed {
    size_t program;
    Error error;
  };

  struct Pin {
    std::string file;
    int link = -1; ///< one of links_
  };

  Result<void> attach(size_t program, const Attachment& attachment);
  Result<void> attach_all(size_t program);
  void keep(size_t program, probes::Attached attached);
  /// All of one program; collects what is not there.
  Result<bool> attach_program(size_t program, std::vector<Failed>& failed);
  Result<void> judge(const std::vector<Failed>& failed);

  const Manifest& manifest_;
  const std::vector<Fd>& programs_;
  const std::map<size_t, Error>& refused_targets_;
  probes::AttachContext context_;
  AttachPlan& plan_;
  output::Printer& printer_;
  std::vector<size_t> begins_, ends_, on_signal_, trials_;
  std::vector<Periodic> periodic_;
  std::vector<int> iterators_;
  std::vector<Pin> pins_;
  std::vector<Fd> links_;
  std::vector<ProbeLink> probe_links_;
  std::set<std::string> attached_lists_; ///< attach points as written of which something is attached
  size_t slow_links_ = 0;
  bool runs_by_kernel_ = false;
  size_t probes_ = 0;
  size_t places_ = 0; ///< that were tried
};

} // namespace trc::runtime
