#include "probes/sampler.h"

#include <cerrno>
#include <charconv>
#include <vector>

#include "kernel/files.h"

namespace trc::probes {
namespace {

/// A task and a CPU, in perf_event_open's sense: -1 is any.
struct Place {
  pid_t task;
  int cpu;
};

Result<std::vector<Place>> online_cpus() {
  auto text = read_file("/sys/devices/system/cpu/online");
  if (!text) return std::unexpected(text.error());
  auto cpus = parse_cpu_list(*text);
  if (!cpus) return std::unexpected(cpus.error());
  std::vector<Place> places;
  for (unsigned cpu : *cpus)
    places.push_back({-1, static_cast<int>(cpu)});
  return places;
}

Result<std::vector<Place>> threads_of(pid_t pid) {
  auto names = directories_in("/proc/" + std::to_string(pid) + "/task");
  if (!names) return failure(ErrorKind::not_found, "there is no process " + std::to_string(pid));
  std::vector<Place> places;
  for (const std::string& name : *names) {
    pid_t thread = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), thread);
    if (error == std::errc()) places.push_back({thread, -1});
  }
  return places;
}

/// Threads that start later are followed through `inherit`. The list of threads is one snapshot, taken before
/// the first event exists: a thread can be missed if it starts in between, but none is counted twice.
Result<std::vector<Place>> places_of(const AttachContext& context, perf_event_attr& attributes) {
  if (!context.pid) return online_cpus();
  attributes.inherit = 1;
  attributes.inherit_thread = !context.follows;
  return threads_of(*context.pid);
}

} // namespace

Result<Attached> attach_sampler(perf_event_attr attributes, const Attachment& attachment, int program_fd,
                                const AttachContext& context, const std::string& what,
                                ExplainRefusal explain) {
  auto places = places_of(context, attributes);
  if (!places) return std::unexpected(places.error());
  Attached attached;
  for (const Place& place : *places) {
    Fd event = open_perf_event(attributes, place.task, place.cpu);
    if (!event && errno == EINVAL && attributes.inherit && !context.follows) {
      // Before Linux 5.13 children that are processes of their own can't be left out: then none is followed.
      attributes.inherit = attributes.inherit_thread = 0;
      event = open_perf_event(attributes, place.task, place.cpu);
    }
    // Threads end and CPUs go offline meanwhile.
    if (!event && (errno == ESRCH || errno == ENODEV)) continue;
    if (!event) return explain(errno, what);
    auto done =
        attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, attached.descriptors);
    if (!done) return std::unexpected(done.error());
  }
  if (attached.descriptors.empty())
    return failure(ErrorKind::not_found, "nothing is left to attach " + what + " to");
  return attached;
}

} // namespace trc::probes
