// The process that the session is about: the command of -c, which waits until everything is attached, and the
// end of it or of -p's process.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "runtime/signals.h"

namespace trc::runtime {

/// A command that is started but held just before its exec. It ends with us: by SIGTERM from our destructor,
/// or from the kernel if we die.
class Child {
public:
  /// The command gets the signals as they were before `signals`.
  static Result<Child> start(const std::vector<std::string>& command, const Signals& signals);
  Child() = default;
  Child(Child&& other) noexcept = default;
  Child& operator=(Child&& other) noexcept = default;
  ~Child();

  pid_t pid() const { return pid_; }
  /// Becomes readable when the process has ended.
  int fd() const { return pidfd_.get(); }
  /// As a shell gives it: what the process ended with, or 128 and the signal that ended it. Nothing while it
  /// runs, and where there is none.
  std::optional<int> status() const;
  /// Lets it run; an error if its file can't be executed.
  Result<void> release();

private:
  pid_t pid_ = 0;
  std::string name_;
  Fd pidfd_;
  Fd channel_; // the child's exec closes the other end
};

/// A descriptor that becomes readable when the process ends.
Result<Fd> watch_process(pid_t pid);

/// The file that a command's first word means: itself if it has a `/`, else the first one in PATH.
Result<std::string> find_program(const std::string& name);

} // namespace trc::runtime
