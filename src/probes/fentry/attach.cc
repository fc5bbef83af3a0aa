// fentry, fexit: the program was loaded for its function by BTF id, so that only the link is missing.
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>

#include "probes/attach.h"

namespace trc::probes {
namespace {

Result<Attached> attach(const Attachment& attachment, int program_fd) {
  Fd link(::bpf_raw_tracepoint_open(nullptr, program_fd));
  if (!link) {
    const int number = errno;
    const std::string cause = "can't attach " + attachment.spec.provider + ":" + attachment.spec.target;
    if (number == EPERM || number == EACCES)
      return errno_failure(number, cause, "run as root, or with the capabilities CAP_BPF and CAP_PERFMON");
    if (number == EMFILE || number == ENFILE || number == ENOMEM) return errno_failure(number, cause);
    // Whatever else it is, it is of this function: others may do without it.
    return failure(ErrorKind::refused, cause + ": " + std::strerror(number),
                   number == E2BIG ? "too many programs are on this function already"
                                   : "it is `notrace`, or another tracer has changed its beginning; a "
                                     "`kprobe` may still work");
  }
  // Taking a program off a trampoline waits for RCU.
  Attached attached = {.descriptors = {}, .detaches_slowly = true};
  attached.descriptors.push_back(std::move(link));
  return attached;
}

} // namespace

Result<Attached> attach_fentry(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd);
}

Result<Attached> attach_fexit(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd);
}

} // namespace trc::probes
