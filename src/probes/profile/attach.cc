// profile: a timer on every online CPU, or on every thread of one process.
#include <cerrno>

#include "probes/period.h"
#include "probes/sampler.h"

namespace trc::probes {
namespace {

std::unexpected<Error> frequency_refused(int number, const std::string& what) {
  if (number == EINVAL)
    return failure(ErrorKind::refused, "can't attach " + what + ": the kernel refuses this frequency",
                   "its limit is in /proc/sys/kernel/perf_event_max_sample_rate");
  return perf_event_failure(number, what);
}

} // namespace

Result<Attached> attach_profile(const Attachment& attachment, int program_fd, const AttachContext& context) {
  const AttachSpec& spec = attachment.spec;
  perf_event_attr timer = {};
  timer.size = sizeof timer;
  timer.type = PERF_TYPE_SOFTWARE;
  timer.config = PERF_COUNT_SW_CPU_CLOCK;
  timer.disabled = 1;
  const bool is_frequency = spec.target == kHertz;
  if (is_frequency) {
    timer.freq = 1;
    timer.sample_freq = spec.value;
  } else {
    timer.sample_period = spec.value;
  }
  const std::string what = "profile:" + spec.target + ":" + std::to_string(spec.value);
  return attach_sampler(timer, attachment, program_fd, context, what,
                        is_frequency ? frequency_refused : perf_event_failure);
}

} // namespace trc::probes
