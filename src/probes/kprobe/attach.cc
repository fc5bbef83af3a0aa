// kprobe, kretprobe: a perf event of the kernel's kprobe source for each place, and the program on it. For
// several in one go see attach_all.cc.
#include <cerrno>
#include <charconv>

#include "base/text.h"
#include "kernel/files.h"
#include "kernel/functions.h"
#include "probes/kprobe/variants.h"
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

/// A function in a module by its address: since Linux 6.7 the kernel finds none by the name MODULE:FUNCTION.
Result<void> attach_in_module(perf_event_attr attributes, const std::string& target,
                              std::string_view kallsyms, const Attachment& attachment, int program_fd,
                              std::vector<Fd>& descriptors) {
  const std::string what = attachment.spec.provider + ":" + target;
  const uint64_t address = find_in_modules(kallsyms, std::span(&target, 1)).front();
  if (address == 0)
    return failure(ErrorKind::not_found,
                   "can't attach " + what + ": /proc/kallsyms does not tell where it is",
                   "the module is not loaded, or the function is inlined");
  attributes.config2 = address + attachment.spec.value;
  Fd event = open_perf_event(attributes, -1, 0);
  if (!event) return open_failure(errno, what);
  return attach_to_perf_event(std::move(event), program_fd, attachment.cookie, what, descriptors);
}

/// One attachment with all that belongs to it.
class Attaching {
public:
  Attaching(const Attachment& attachment, int program_fd, perf_event_attr attributes)
      : attachment_(attachment), program_fd_(program_fd), attributes_(attributes) {}

  Result<Attached> run() {
    const AttachSpec& spec = attachment_.spec;
    if (spec.target.contains(':')) {
      auto text = read_file("/proc/kallsyms");
      if (!text) return std::unexpected(text.error());
      kallsyms_ = std::move(*text);
    }
    auto done = attach_to(spec.target);
    // Only a function as a whole has variants, no instruction in it.
    const bool has_variants = !spec.target.empty() && spec.value == 0;
    if (done && has_variants) return with_variants();
    if (done) return std::move(attached_);
    if (done.error().kind != ErrorKind::not_found || !has_variants) return std::unexpected(done.error());
    return in_its_place(done.error());
  }

private:
  Result<void> attach_to(const std::string& target) {
    auto& descriptors = attached_.descriptors;
    if (target.contains(':'))
      return attach_in_module(attributes_, target, kallsyms_, attachment_, program_fd_, descriptors);
    return attach_at(attributes_, target, attachment_, program_fd_, descriptors);
  }

  /// False if there is none of that name, or it can't be probed, which is noted.
  Result<bool> attach_variant(const std::string& name) {
    auto done = attach_to(name);
    if (done) return true;
    if (done.error().kind == ErrorKind::refused)
      attached_.notes.push_back(done.error().cause);
    else if (done.error().kind != ErrorKind::not_found)
      return std::unexpected(done.error());
    return false;
  }

  Result<void> attach_listed(const std::vector<std::string>& variants, std::vector<std::string>& names) {
    for (const std::string& variant : variants) {
      auto is_there = attach_variant(variant);
      if (!is_there) return std::unexpected(is_there.error());
      if (*is_there) names.push_back(variant);
    }
    return {};
  }

  Result<Attached> with_variants() {
    const std::string& target = attachment_.spec.target;
    std::vector<std::string> names;
    auto done = target.contains(':')
                    ? attach_listed(variants_in_module(kallsyms_, target), names)
                    : try_variants(
                          target, [&](const std::string& name) { return attach_variant(name); }, names);
    if (!done) return std::unexpected(done.error());
    attached_.more = names.size();
    if (!names.empty())
      attached_.notes.push_back("`" + attachment_.spec.provider + ":" + target + "` is attached to " +
                                in_back_ticks(names) +
                                " as well, which the compiler has made of it: a call that "
                                "runs through both is seen in both, and `func` tells them apart");
    return std::move(attached_);
  }

  /// `missing`: what to say if there are no variants either.
  Result<Attached> in_its_place(const Error& missing) {
    const std::string& target = attachment_.spec.target;
    std::vector<std::string> names;
    auto done = attach_listed(
        target.contains(':') ? variants_in_module(kallsyms_, target) : listed_variants(target), names);
    if (!done) return std::unexpected(done.error());
    if (names.empty()) return std::unexpected(missing);
    attached_.more = names.size() - 1;
    attached_.notes.push_back("`" + attachment_.spec.provider + ":" + target + "` was compiled as " +
                              in_back_ticks(names) + ": calls that are inlined are not seen");
    return std::move(attached_);
  }

  const Attachment& attachment_;
  int program_fd_;
  perf_event_attr attributes_;
  std::string kallsyms_; ///< of functions in modules
  Attached attached_ = {.descriptors = {}, .detaches_slowly = true, .counts_misses = true};
};

Result<Attached> attach(const Attachment& attachment, int program_fd, bool returns) {
  auto attributes = event_of(attachment.spec, returns);
  if (!attributes) return std::unexpected(attributes.error());
  return Attaching(attachment, program_fd, *attributes).run();
}

} // namespace

Result<Attached> attach_kprobe(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd, false);
}

Result<Attached> attach_kretprobe(const Attachment& attachment, int program_fd, const AttachContext&) {
  return attach(attachment, program_fd, true);
}

} // namespace trc::probes
