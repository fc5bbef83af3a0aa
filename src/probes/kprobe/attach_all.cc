// kprobe, kretprobe on many functions: one BPF link for all (Linux 5.18 and later), which takes the kernel
// far less time to make and to undo than a perf event for each.
#include <cerrno>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/files.h"
#include "kernel/functions.h"
#include "probes/perf_event.h"

namespace trc::probes {
namespace {

/// A function to attach to: by its name in the kernel itself, which needs no search, by its address in a
/// module, whose names the kernel does not look up here before Linux 6.3.
struct Place {
  const Attachment* attachment;
  uint64_t address; ///< 0: by name
};

/// `places`: all by name, or all by address.
Fd link_all(std::span<const Place> places, int program_fd, bool returns) {
  std::vector<const char*> names;
  std::vector<uint64_t> addresses, cookies;
  for (const Place& place : places) {
    names.push_back(place.attachment->spec.target.c_str());
    addresses.push_back(place.address);
    cookies.push_back(place.attachment->cookie);
  }
  bpf_attr attributes = {};
  attributes.link_create.prog_fd = static_cast<uint32_t>(program_fd);
  attributes.link_create.attach_type = BPF_TRACE_KPROBE_MULTI;
  attributes.link_create.kprobe_multi.flags = returns ? uint32_t{BPF_F_KPROBE_MULTI_RETURN} : 0;
  attributes.link_create.kprobe_multi.cnt = static_cast<uint32_t>(names.size());
  if (places.front().address != 0)
    attributes.link_create.kprobe_multi.addrs = reinterpret_cast<uint64_t>(addresses.data());
  else
    attributes.link_create.kprobe_multi.syms = reinterpret_cast<uint64_t>(names.data());
  attributes.link_create.kprobe_multi.cookies = reinterpret_cast<uint64_t>(cookies.data());
  return Fd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes)));
}

void leave_out(const AttachSpec& spec, std::string_view why, Attached& attached) {
  ++attached.missing;
  attached.notes.push_back("can't attach " + spec.provider + ":" + spec.target + ": " + std::string(why));
}

/// The kernel takes all functions of a link or none. Those that it does not take are found by halving.
Result<void> attach_those(std::span<const Place> places, int program_fd, bool returns,
                          const AttachContext& context, Attached& attached) {
  if (places.empty() || context.has_to_stop()) return {};
  Fd link = link_all(places, program_fd, returns);
  if (link) {
    attached.descriptors.push_back(std::move(link));
    return {};
  }
  const AttachSpec& first = places.front().attachment->spec;
  if (errno == EPERM || errno == EACCES || errno == EMFILE || errno == ENOMEM)
    return perf_event_failure(errno, first.provider + ":" + first.target);
  if (places.size() == 1) {
    leave_out(first, "the kernel allows no probe there", attached);
    return {};
  }
  const size_t half = places.size() / 2;
  if (auto done = attach_those(places.first(half), program_fd, returns, context, attached); !done)
    return done;
  return attach_those(places.subspan(half), program_fd, returns, context, attached);
}

/// Those in modules, with their addresses.
std::vector<Place> places_in_modules(std::span<const Attachment> attachments, Attached& attached) {
  std::vector<Place> places;
  std::vector<std::string> names;
  for (const Attachment& attachment : attachments)
    if (attachment.spec.target.contains(':')) {
      places.push_back({&attachment, 0});
      names.push_back(attachment.spec.target);
    }
  if (places.empty()) return places;
  const auto kallsyms = read_file("/proc/kallsyms");
  if (kallsyms) {
    const auto addresses = find_in_modules(*kallsyms, names);
    for (size_t i = 0; i < places.size(); ++i)
      places[i].address = addresses[i];
  }
  for (const Place& place : places)
    if (place.address == 0)
      leave_out(place.attachment->spec, "/proc/kallsyms does not tell where it is", attached);
  std::erase_if(places, [](const Place& place) { return place.address == 0; });
  return places;
}

Result<Attached> attach_all(std::span<const Attachment> attachments, int program_fd, bool returns,
                            const AttachContext& context) {
  Attached attached = {.descriptors = {}, .counts_misses = true};
  std::vector<Place> named;
  for (const Attachment& attachment : attachments)
    if (!attachment.spec.target.contains(':')) named.push_back({&attachment, 0});
  for (const auto& places : {named, places_in_modules(attachments, attached)})
    if (auto done = attach_those(places, program_fd, returns, context, attached); !done)
      return std::unexpected(done.error());
  if (attached.descriptors.empty() && !attached.notes.empty())
    return failure(ErrorKind::refused, attached.notes.front(),
                   "/sys/kernel/tracing/available_filter_functions lists what can be probed");
  return attached;
}

} // namespace

Result<Attached> attach_all_kprobe(std::span<const Attachment> attachments, int program_fd,
                                   const AttachContext& context) {
  return attach_all(attachments, program_fd, false, context);
}

Result<Attached> attach_all_kretprobe(std::span<const Attachment> attachments, int program_fd,
                                      const AttachContext& context) {
  return attach_all(attachments, program_fd, true, context);
}

} // namespace trc::probes
