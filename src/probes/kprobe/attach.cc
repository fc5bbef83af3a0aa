// kprobe, kretprobe: a perf event of the kernel's kprobe source for each place, and the program on it. For
// several in one go see attach_all.cc.
#include <cerrno>
#include <charconv>

#include "base/text.h"
#include "kernel/files.h"
#include "kernel/functions.h"
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

Result<perf_event_attr> event_of(const AttachSpec& spec, bool returns) {
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
  // Without a name the number is an address, with one an offset.
  attributes.config2 = spec.value;
  return attributes;
}

Result<void> attach_at(perf_event_attr attributes, const std::string& function, const Attachment& attachment,
                       int program_fd, std::vector<Fd>& descriptors) {
  // One at an address has no other name than the script's.
  const std::string what = function.empty() && !attachment.probes.empty()
                               ? attachment.probes.front()
                               : attachment.spec.provider + ":" + function;
  attributes.config1 = function.empty() ? 0 : reinterpret_cast<uint64_t>(function.c_str());
  // The probe fires wherever the function runs: the one CPU is a formality of the interface.
  Fd event = open_perf_event(attributes, -1, 0);
  if (!event) return open_failure(errno, what);
  return attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, descriptors);
}

/// What the compiler has made of a function that is not there under its own name: `f.isra.0`, `f.part.0`,
/// `f.constprop.0`. Cold parts (`f.cold`) are jumped into, not called.
std::vector<std::string> variants_of(const std::string& function) {
  std::vector<std::string> found;
  auto functions = read_functions("");
  if (!functions) return found;
  for (const KernelFunction& one : *functions)
    if (one.name.starts_with(function + ".") && one.name.find(".cold") == one.name.npos)
      found.push_back(one.name);
  return found;
}

/// A function in a module by its address: since Linux 6.7 the kernel finds none by the name MODULE:FUNCTION.
Result<void> attach_in_module(perf_event_attr attributes, const Attachment& attachment, int program_fd,
                              std::vector<Fd>& descriptors) {
  const std::string& target = attachment.spec.target;
  const std::string what = attachment.spec.provider + ":" + target;
  const auto kallsyms = read_file("/proc/kallsyms");
  if (!kallsyms) return std::unexpected(kallsyms.error());
  const uint64_t address = find_in_modules(*kallsyms, std::span(&target, 1)).front();
  if (address == 0)
    return failure(ErrorKind::not_found,
                   "can't attach " + what + ": /proc/kallsyms does not tell where it is",
                   "the module is not loaded, or the function is inlined");
  attributes.config2 = address + attachment.spec.value;
  Fd event = open_perf_event(attributes, -1, 0);
  if (!event) return open_failure(errno, what);
  return attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, descriptors);
}

Result<Attached> attach(const Attachment& attachment, int program_fd, bool returns) {
  const AttachSpec& spec = attachment.spec;
  auto attributes = event_of(spec, returns);
  if (!attributes) return std::unexpected(attributes.error());
  Attached attached = {.descriptors = {}, .detaches_slowly = true, .counts_misses = true};
  auto done = spec.target.contains(':')
                  ? attach_in_module(*attributes, attachment, program_fd, attached.descriptors)
                  : attach_at(*attributes, spec.target, attachment, program_fd, attached.descriptors);
  if (done) return attached;
  const bool may_have_variants =
      done.error().kind == ErrorKind::not_found && !spec.target.empty() && spec.value == 0;
  if (!may_have_variants) return std::unexpected(done.error());
  std::string names;
  for (const std::string& variant : variants_of(spec.target)) {
    if (auto other = attach_at(*attributes, variant, attachment, program_fd, attached.descriptors); !other)
      return std::unexpected(other.error());
    names += (names.empty() ? "`" : ", `") + variant + "`";
  }
  if (names.empty()) return std::unexpected(done.error());
  attached.notes.push_back("`" + spec.provider + ":" + spec.target + "` was compiled as " + names +
                           ": calls that are inlined are not seen");
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
