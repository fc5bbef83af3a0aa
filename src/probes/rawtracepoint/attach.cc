// rawtracepoint: the program was loaded for the tracepoint by its BTF id, so that only the link is missing.
// One that knows nothing of BTF is attached by the tracepoint's name: AttachSpec::value is 1.
#include <bpf/bpf.h>
#include <cerrno>

#include "probes/attach.h"

namespace trc::probes {

Result<Attached> attach_rawtracepoint(const Attachment& attachment, int program_fd, const AttachContext&) {
  const char* name = attachment.spec.value == 1 ? attachment.spec.target.c_str() : nullptr;
  Fd link(::bpf_raw_tracepoint_open(name, program_fd));
  if (!link) {
    std::string hint = errno == EPERM ? "run as root, or with the capabilities CAP_BPF and CAP_PERFMON" : "";
    return errno_failure(errno, "can't attach rawtracepoint:" + attachment.spec.target, std::move(hint));
  }
  Attached attached;
  attached.descriptors.push_back(std::move(link));
  return attached;
}

} // namespace trc::probes
