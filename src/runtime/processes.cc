// See processes.h.
#include "runtime/processes.h"

#include <cerrno>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

namespace trc::runtime {
namespace {

// pidfd_open(2), Linux 5.3; the C library of Debian 12 declares it in a header that clashes with <csignal>.
int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

bool is_executable(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// What the child does: waits for a byte, then becomes the command. Only async-signal-safe calls.
[[noreturn]] void run_child(int channel, pid_t parent, const char* path, char* const* arguments,
                            const Signals& signals) {
  signals.restore();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  char byte;
  if (::getppid() != parent || ::read(channel, &byte, 1) != 1) ::_exit(0); // trc has gone already
  ::execv(path, arguments);
  int number = errno;
  if (::write(channel, &number, sizeof number) < 0) ::_exit(126);
  ::_exit(127);
}

} // namespace

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != name.npos) {
    if (is_executable(name)) return name;
    return failure(ErrorKind::not_found, "`" + name + "` is not an executable file");
  }
  const char* path = std::getenv("PATH");
  for (std::string_view directory : split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    std::string file = (directory.empty() ? "." : std::string(directory)) + "/" + name;
    if (is_executable(file)) return file;
  }
  return failure(ErrorKind::not_found, "no program `" + name + "` in PATH");
}

Result<Child> Child::start(const std::vector<std::string>& command, const Signals& signals) {
  if (command.empty()) return failure(ErrorKind::invalid, "the command of -c is empty");
  auto path = find_program(command.front());
  if (!path) return std::unexpected(path.error());
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return errno_failure(errno, "cannot start `" + command.front() + "`");
  Fd ours(ends[0]), theirs(ends[1]);
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  pid_t parent = ::getpid(), pid = ::fork();
  if (pid < 0) return errno_failure(errno, "cannot start `" + command.front() + "`");
  if (pid == 0) {
    ours.reset();
    run_child(theirs.get(), parent, path->c_str(), arguments.data(), signals);
  }
  Child child;
  child.pid_ = pid;
  child.name_ = command.front();
  child.channel_ = std::move(ours);
  child.pidfd_ = Fd(pidfd_open(pid));
  if (!child.pidfd_)
    return errno_failure(errno, "cannot watch `" + command.front() + "` (Linux 5.3 or later)");
  return child;
}

Child::~Child() {
  if (!pidfd_) return;
  // Through the pidfd: the number may belong to somebody else by now.
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGTERM, nullptr, 0);
}

std::optional<int> Child::status() const {
  siginfo_t info = {};
  if (!pidfd_ ||
      ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return {};
  constexpr int kSignalled = 128;
  return info.si_code == CLD_EXITED ? info.si_status : kSignalled + info.si_status;
}

Result<void> Child::release() {
  int number = 0;
  if (::write(channel_.get(), "", 1) != 1) return errno_failure(errno, "cannot start `" + name_ + "`");
  // A successful exec closes the other end.
  ssize_t got = ::read(channel_.get(), &number, sizeof number);
  if (got == sizeof number) return errno_failure(number, "cannot execute `" + name_ + "`");
  return {};
}

Result<Fd> watch_process(pid_t pid) {
  Fd fd(pidfd_open(pid));
  if (fd) return fd;
  if (errno == EINVAL)
    return failure(ErrorKind::invalid, "-p " + std::to_string(pid) + ": that is a thread, not a process",
                   "give the number of its process: the Tgid line of /proc/" + std::to_string(pid) +
                       "/status");
  return errno_failure(errno, "-p " + std::to_string(pid));
}

} // namespace trc::runtime
