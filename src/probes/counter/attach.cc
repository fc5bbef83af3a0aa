// software, hardware: a counter on every online CPU, or on every thread of one process.
#include <cerrno>

#include "probes/counter/events.h"
#include "probes/sampler.h"

namespace trc::probes {
namespace {

std::unexpected<Error> hardware_refused(int number, const std::string& what) {
  if (number == ENOENT || number == EOPNOTSUPP || number == ENODEV || number == EINVAL)
    return failure(ErrorKind::unsupported,
                   "can't attach " + what + ": this machine has no performance counter for it",
                   "virtual machines often have none: `profile:hz:99` samples by the clock instead");
  return perf_event_failure(number, what);
}

Result<Attached> attach_counter(perf_type_id type, const Attachment& attachment, int program_fd,
                                const AttachContext& context) {
  const AttachSpec& spec = attachment.spec;
  const std::string what = spec.provider + ":" + spec.target + ":" + std::to_string(spec.value);
  const CounterEvent* event = find_counter_event(spec.provider, spec.target);
  if (event == nullptr) return failure(ErrorKind::invalid, "there is no event " + what);
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = event->number;
  attributes.sample_period = spec.value;
  attributes.disabled = 1;
  return attach_sampler(attributes, attachment, program_fd, context, what,
                        type == PERF_TYPE_HARDWARE ? hardware_refused : perf_event_failure);
}

} // namespace

Result<Attached> attach_software(const Attachment& attachment, int program_fd, const AttachContext& context) {
  return attach_counter(PERF_TYPE_SOFTWARE, attachment, program_fd, context);
}

Result<Attached> attach_hardware(const Attachment& attachment, int program_fd, const AttachContext& context) {
  return attach_counter(PERF_TYPE_HARDWARE, attachment, program_fd, context);
}

} // namespace trc::probes
