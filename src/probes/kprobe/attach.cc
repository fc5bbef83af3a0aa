// kprobe, kretprobe: a perf event of the kernel's kprobe source, and the program on it.
#include <cerrno>
#include <charconv>

#include "base/text.h"
#include "kernel/files.h"
#include "probes/perf_event.h"

namespace trc::probes {
namespace {

constexpr const char* kSource = "/sys/bus/event_source/devices/kprobe/";

/// A number in a file of the event source; `prefix` is what stands before it ("config:" in format/retprobe).
Result<uint64_t> source_number(const std::string& name, std::string_view prefix) {
  auto text = read_file(kSource + name);
  if (!text)
    return failure(ErrorKind::unsupported, "this kernel has no kprobes", "they need CONFIG_KPROBE_EVENTS");
  std::string_view digits = trim(*text);
  if (digits.starts_with(prefix)) digits.remove_prefix(prefix.size());
  uint64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc())
    return failure(ErrorKind::invalid, std::string(kSource) + name + " holds no number");
  return number;
}

std::unexpected<Error> open_failure(int number, const std::string& what) {
  switch (number) {
  case ENOENT:
  case EILSEQ:
    return failure(
        ErrorKind::not_found, "can't attach " + what + ": there is no such place in the kernel",
        "the function is inlined, in a module that is not loaded, or the offset is inside an instruction");
  case EINVAL:
    return failure(
        ErrorKind::refused, "can't attach " + what + ": the kernel allows no probe there",
        "it is marked `notrace` or `nokprobe`: /sys/kernel/tracing/available_filter_functions lists what "
        "can be probed");
  // More than one function has the name (since Linux 6.7).
  case EADDRNOTAVAIL:
    return failure(ErrorKind::refused, "can't attach " + what + ": more than one function has this name",
                   "name its module: kprobe:MODULE:FUNCTION");
  default: return perf_event_failure(number, what);
  }
}

Result<Attached> attach(const Attachment& attachment, int program_fd, bool returns) {
  const AttachSpec& spec = attachment.spec;
  const std::string what = spec.provider + ":" + spec.target;
  auto type = source_number("type", "");
  if (!type) return std::unexpected(type.error());
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = static_cast<uint32_t>(*type);
  attributes.disabled = 1;
  if (returns) {
    auto bit = source_number("format/retprobe", "config:");
    if (!bit) return std::unexpected(bit.error());
    attributes.config = uint64_t{1} << *bit;
  }
  attributes.config1 = reinterpret_cast<uint64_t>(spec.target.c_str());
  attributes.config2 = spec.value;
  // The probe fires wherever the function runs: the one CPU is a formality of the interface.
  Fd event = open_perf_event(attributes, -1, 0);
  if (!event) return open_failure(errno, what);
  Attached attached = {.descriptors = {}, .detaches_slowly = true, .counts_misses = true};
  auto done =
      attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, attached.descriptors);
  if (!done) return std::unexpected(done.error());
  return attached;
}

} // namespace

Result<Attached> attach_kprobe(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd, false);
}

Result<Attached> attach_kretprobe(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd, true);
}

} // namespace trc::probes
