// watchpoint: a hardware breakpoint on every online CPU, or on every thread of one process.
#include <cerrno>
#include <charconv>
#include <linux/hw_breakpoint.h>

#include "probes/sampler.h"

namespace trc::probes {
namespace {

// Of code the processor watches the first byte; the kernel wants the length of a word then.
constexpr uint64_t kCodeLength = sizeof(long);

std::unexpected<Error> refused(int number, const std::string& what) {
  if (number == ENOSPC)
    return failure(ErrorKind::refused, "can't attach " + what + ": all debug registers are in use",
                   "a processor has four of them, which debuggers use as well");
  if (number == EINVAL)
    return failure(ErrorKind::refused, "can't attach " + what + ": the kernel refuses this address",
                   "an address of a process needs `-p PID` or `-c COMMAND`");
  if (number == ENOENT || number == EOPNOTSUPP)
    return failure(ErrorKind::unsupported, "can't attach " + what + ": this machine has no breakpoints");
  return perf_event_failure(number, what);
}

/// Its own code the kernel lets be watched only where a kprobe could stand: arch_build_bp_info().
std::unexpected<Error> kernel_code_refused(int number, const std::string& what) {
  if (number != EINVAL) return refused(number, what);
  return failure(ErrorKind::refused,
                 "can't attach " + what + ": the kernel refuses this address of its own code",
                 "it has to be one where a kprobe could stand, in a kernel that has kprobes");
}

uint32_t type_of(std::string_view mode) {
  if (mode == "rw") return HW_BREAKPOINT_RW;
  return mode == "x" ? HW_BREAKPOINT_X : HW_BREAKPOINT_W;
}

} // namespace

Result<Attached> attach_watchpoint(const Attachment& attachment, int program_fd,
                                   const AttachContext& context) {
  // MODE:LENGTH
  std::string_view mode = attachment.spec.target, length = mode.substr(mode.find(':') + 1);
  mode = mode.substr(0, mode.find(':'));
  uint64_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_BREAKPOINT;
  attributes.bp_type = type_of(mode);
  attributes.bp_addr = attachment.spec.value;
  attributes.bp_len = mode == "x" ? kCodeLength : bytes;
  attributes.sample_period = 1;
  attributes.disabled = 1;
  // The upper half of all addresses is the kernel's.
  const bool is_kernel_code = mode == "x" && static_cast<int64_t>(attachment.spec.value) < 0;
  const std::string what = attachment.probes.empty() ? "watchpoint" : attachment.probes.front();
  return attach_sampler(attributes, attachment, program_fd, context, what,
                        is_kernel_code ? kernel_code_refused : refused);
}

} // namespace trc::probes
