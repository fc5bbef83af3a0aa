// tracepoint: a perf event on the tracepoint, and the program on the perf event.
#include <cerrno>
#include <charconv>

#include "base/text.h"
#include "kernel/files.h"
#include "kernel/tracefs.h"
#include "probes/perf_event.h"

namespace trc::probes {
namespace {

/// The number by which perf knows a tracepoint: events/CATEGORY/EVENT/id.
Result<uint64_t> tracepoint_id(const std::string& target) {
  auto names = split(target, ':');
  if (names.size() != 2) return failure(ErrorKind::invalid, "`" + target + "` is not a tracepoint's name");
  auto events = events_directory("");
  if (!events) return std::unexpected(events.error());
  auto text = read_file(*events + "/" + std::string(names[0]) + "/" + std::string(names[1]) + "/id");
  if (!text && text.error().kind == ErrorKind::not_found)
    return failure(ErrorKind::not_found, "this kernel has no tracepoint " + target);
  if (!text) return std::unexpected(text.error());
  std::string_view digits = trim(*text);
  uint64_t id = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc())
    return failure(ErrorKind::invalid, "the id of tracepoint " + target + " is no number");
  return id;
}

} // namespace

Result<Attached> attach_tracepoint(const Attachment& attachment, int program_fd, const AttachContext&) {
  const std::string what = "tracepoint:" + attachment.spec.target;
  auto id = tracepoint_id(attachment.spec.target);
  if (!id) return std::unexpected(id.error());
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = *id;
  attributes.disabled = 1;
  // The program runs for the tracepoint wherever it is hit: the one CPU is a formality of the interface.
  Fd event = open_perf_event(attributes, -1, 0);
  if (!event) return perf_event_failure(errno, what);
  // Unregistering a tracepoint waits for RCU (kernel: tracepoint_synchronize_unregister).
  Attached attached = {.descriptors = {}, .detaches_slowly = true};
  auto done =
      attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, attached.descriptors);
  if (!done) return std::unexpected(done.error());
  return attached;
}

} // namespace trc::probes
