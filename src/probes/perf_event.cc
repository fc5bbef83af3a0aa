#include "probes/perf_event.h"

#include <cerrno>
#include <linux/bpf.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trc::probes {
namespace {

/// A BPF link on a perf event (Linux 5.15 and later); invalid with errno EINVAL on kernels before.
Fd link_perf_event(int event_fd, int program_fd, uint64_t cookie) {
  bpf_attr attributes = {};
  attributes.link_create.prog_fd = program_fd;
  attributes.link_create.target_fd = event_fd;
  attributes.link_create.attach_type = BPF_PERF_EVENT;
  attributes.link_create.perf_event.bpf_cookie = cookie;
  return Fd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes)));
}

} // namespace

Fd open_perf_event(const perf_event_attr& attributes, pid_t pid, int cpu) {
  return Fd(
      static_cast<int>(::syscall(SYS_perf_event_open, &attributes, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

std::unexpected<Error> perf_event_failure(int number, const std::string& what) {
  std::string hint;
  if (number == EPERM || number == EACCES)
    hint = "run as root, or with the capabilities CAP_BPF and CAP_PERFMON";
  if (number == EMFILE) hint = "raise the number of files that a process may open: `ulimit -n`";
  return errno_failure(number, "can't attach " + what, std::move(hint));
}

Result<void> attach_to_perf_event(Fd event, int program_fd, uint64_t cookie, const std::string& what,
                                  std::vector<Fd>& descriptors) {
  Fd link = link_perf_event(event.get(), program_fd, cookie);
  if (link) {
    descriptors.push_back(std::move(link));
  } else if (errno != EINVAL) {
    return perf_event_failure(errno, what);
  } else if (cookie != 0) {
    // The program tells its probes apart by the cookie: without one it would count for the wrong one.
    return failure(ErrorKind::unsupported, "can't attach " + what + ": this kernel has no BPF cookies",
                   "they exist since Linux 5.15; give each probe a body of its own");
  } else if (::ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program_fd) != 0) {
    return perf_event_failure(errno, what);
  }
  if (::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0) != 0) return perf_event_failure(errno, what);
  descriptors.push_back(std::move(event));
  return {};
}

} // namespace trc::probes
