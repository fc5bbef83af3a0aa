// fentry, fexit: the program was loaded for its function by BTF id, so that only the link is missing.
#include <bpf/bpf.h>
#include <cerrno>

#include "probes/attach.h"

namespace trc::probes {
namespace {

Result<Attached> attach(const Attachment& attachment, int program_fd) {
  Fd link(::bpf_raw_tracepoint_open(nullptr, program_fd));
  if (!link) {
    std::string hint;
    if (errno == EPERM) hint = "run as root, or with the capabilities CAP_BPF and CAP_PERFMON";
    if (errno == EBUSY)
      hint = "another tracer has changed the beginning of this function; a `kprobe` may still work";
    return errno_failure(errno, "can't attach " + attachment.spec.provider + ":" + attachment.spec.target,
                         std::move(hint));
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
