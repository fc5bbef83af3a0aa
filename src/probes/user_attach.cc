#include "probes/user_attach.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <linux/bpf.h>
#include <map>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "kernel/files.h"
#include "probes/perf_event.h"

namespace trc::probes {
namespace {

constexpr const char* kSource = "/sys/bus/event_source/devices/uprobe/";

/// Where a field of the event source begins in perf_event_attr::config: "config:32-63".
Result<unsigned> first_bit(const std::string& field) {
  auto text = read_file(std::string(kSource) + "format/" + field);
  if (!text) return std::unexpected(text.error());
  std::string_view digits = trim(*text);
  constexpr std::string_view kPrefix = "config:";
  if (digits.starts_with(kPrefix)) digits.remove_prefix(kPrefix.size());
  unsigned bit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bit);
  if (error != std::errc())
    return failure(ErrorKind::invalid, std::string(kSource) + "format/" + field + " holds no bit");
  return bit;
}

std::string name_of(const Attachment& attachment) {
  return attachment.probes.empty() ? attachment.spec.provider + ":" + attachment.spec.target
                                   : attachment.probes.front();
}

/// What the kernel says of a place, whichever way it was asked.
std::unexpected<Error> place_failure(int number, const std::string& what) {
  constexpr int kNotSupported = 524; // ENOTSUPP, which only the kernel knows
  switch (number) {
  case ENOENT: return failure(ErrorKind::not_found, "can't attach " + what + ": the file is gone");
  case EINVAL:
  case ENOTSUP:
  case kNotSupported:
  case EIO:
  case EILSEQ:
    return failure(ErrorKind::refused, "can't attach " + what + ": the kernel allows no probe there",
                   "no instruction begins there, or it is one that the kernel can't step over");
  case ESRCH: return failure(ErrorKind::not_found, "can't attach " + what + ": the process has ended");
  default: return perf_event_failure(number, what);
  }
}

/// Whether what holds for one place holds for all: no privilege, no room, no process.
bool is_general(int number) {
  return number == EPERM || number == EACCES || number == EMFILE || number == ENOMEM || number == ESRCH;
}

/// The part of bpf_attr for links of this type (include/uapi/linux/bpf.h of Linux 6.6), which the headers of
/// Debian 12 don't have.
struct UprobeMultiLink {
  uint32_t program, target, attach_type, flags;
  uint64_t path, offsets, semaphores, cookies;
  uint32_t count, multi_flags, pid, padding;
};
constexpr uint32_t kUprobeMulti = 48, kReturns = 1;

using Attachments = std::vector<const Attachment*>;

/// All in one file.
Fd link_all(std::span<const Attachment* const> places, int program_fd, const AttachContext& context,
            bool returns) {
  std::vector<uint64_t> offsets, semaphores, cookies;
  bool has_semaphores = false;
  for (const Attachment* place : places) {
    offsets.push_back(place->spec.value);
    semaphores.push_back(place->spec.semaphore);
    cookies.push_back(place->cookie);
    has_semaphores |= place->spec.semaphore != 0;
  }
  const bool is_one_process = context.pid && !context.follows;
  UprobeMultiLink link = {.program = static_cast<uint32_t>(program_fd),
                          .target = 0,
                          .attach_type = kUprobeMulti,
                          .flags = 0,
                          .path = reinterpret_cast<uint64_t>(places.front()->spec.target.c_str()),
                          .offsets = reinterpret_cast<uint64_t>(offsets.data()),
                          .semaphores = has_semaphores ? reinterpret_cast<uint64_t>(semaphores.data()) : 0,
                          .cookies = reinterpret_cast<uint64_t>(cookies.data()),
                          .count = static_cast<uint32_t>(places.size()),
                          .multi_flags = returns ? kReturns : 0,
                          .pid = is_one_process ? static_cast<uint32_t>(*context.pid) : 0,
                          .padding = 0};
  return Fd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof link)));
}

/// The places of one file that the kernel did not take, by name.
using Refused = std::vector<std::string>;

/// Whether the kernel refuses an instruction, or is likely to (arch/x86/kernel/uprobes.c): one with a lock or
/// segment prefix, and many with VEX or EVEX ones.
bool is_doubtful(int file, uint64_t offset) {
  constexpr std::string_view kPrefixes = "\xf0\x26\x2e\x36\x3e\xc4\xc5\x62";
  char first = 0;
  return ::pread(file, &first, 1, static_cast<off_t>(offset)) != 1 || kPrefixes.find(first) != kPrefixes.npos;
}

/// The kernel takes all places of a link or none. Those that it does not take are found by halving. To undo
/// a link takes it tens of milliseconds, but not if the first place is refused already.
Result<void> attach_those(std::span<const Attachment* const> places, int program_fd,
                          const AttachContext& context, bool returns, Attached& attached, Refused& refused) {
  if (places.empty()) return {};
  Fd link = link_all(places, program_fd, context, returns);
  if (link) {
    attached.descriptors.push_back(std::move(link));
    return {};
  }
  const int number = errno;
  const std::string what = name_of(*places.front());
  if (is_general(number)) return place_failure(number, what);
  if (places.size() == 1) {
    refused.push_back(what);
    return {};
  }
  const size_t half = places.size() / 2;
  if (auto done = attach_those(places.first(half), program_fd, context, returns, attached, refused); !done)
    return done;
  return attach_those(places.subspan(half), program_fd, context, returns, attached, refused);
}

/// All in one link, but for those that are in doubt: one refused place would undo the link, which takes the
/// kernel as long as making it.
Result<void> attach_in_one_file(const Attachments& places, int program_fd, const AttachContext& context,
                                bool returns, Attached& attached, Refused& refused) {
  const Fd file(::open(places.front()->spec.target.c_str(), O_RDONLY | O_CLOEXEC));
  Attachments good, doubtful;
  for (const Attachment* place : places)
    (places.size() > 1 && is_doubtful(file.get(), place->spec.value) ? doubtful : good).push_back(place);
  for (const Attachment*& place : doubtful)
    if (auto done = attach_those({&place, 1}, program_fd, context, returns, attached, refused); !done)
      return done;
  return attach_those(good, program_fd, context, returns, attached, refused);
}

/// One note for all.
std::string note_on(const Refused& refused) {
  constexpr size_t kShown = 3;
  std::string text = "can't attach ";
  for (size_t i = 0; i < std::min(kShown, refused.size()); ++i)
    text += (i > 0 ? ", " : "") + refused[i];
  if (refused.size() > kShown) text += " and " + std::to_string(refused.size() - kShown) + " others";
  return text + ": the kernel allows no probe on the instruction there";
}

} // namespace

Result<Attached> attach_in_file(const Attachment& attachment, int program_fd, const AttachContext& context,
                                bool returns) {
  const AttachSpec& spec = attachment.spec;
  auto type = read_file(std::string(kSource) + "type");
  if (!type)
    return failure(ErrorKind::unsupported, "this kernel has no uprobes", "they need CONFIG_UPROBE_EVENTS");
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = static_cast<uint32_t>(std::strtoul(type->c_str(), nullptr, 10));
  attributes.disabled = 1;
  if (returns) {
    auto bit = first_bit("retprobe");
    if (!bit) return std::unexpected(bit.error());
    attributes.config |= uint64_t{1} << *bit;
  }
  if (spec.semaphore != 0) {
    auto bit = first_bit("ref_ctr_offset");
    if (!bit)
      return failure(ErrorKind::unsupported, "can't attach " + name_of(attachment) + ": it has a semaphore",
                     "kernels raise them since Linux 4.20");
    attributes.config |= spec.semaphore << *bit;
  }
  attributes.config1 = reinterpret_cast<uint64_t>(spec.target.c_str());
  attributes.config2 = spec.value;
  const bool is_one_process = context.pid && !context.follows;
  // Without a process the one CPU is a formality: the probe fires wherever the code runs.
  Fd event =
      is_one_process ? open_perf_event(attributes, *context.pid, -1) : open_perf_event(attributes, -1, 0);
  if (!event) return place_failure(errno, name_of(attachment));
  Attached attached = {.descriptors = {}, .detaches_slowly = true, .counts_misses = true};
  auto done = attach_to_perf_event(std::move(event), program_fd, attachment.cookie, name_of(attachment),
                                   attached.descriptors);
  if (!done) return std::unexpected(done.error());
  return attached;
}

Result<Attached> attach_all_in_files(std::span<const Attachment> attachments, int program_fd,
                                     const AttachContext& context, bool returns) {
  std::map<std::string, Attachments> by_file;
  for (const Attachment& attachment : attachments)
    by_file[attachment.spec.target].push_back(&attachment);
  Attached attached = {.descriptors = {}};
  Refused refused;
  for (const auto& [file, places] : by_file)
    if (auto done = attach_in_one_file(places, program_fd, context, returns, attached, refused); !done)
      return std::unexpected(done.error());
  attached.missing = refused.size();
  if (!refused.empty()) attached.notes.push_back(note_on(refused));
  if (attached.descriptors.empty()) return failure(ErrorKind::refused, attached.notes.front());
  return attached;
}

} // namespace trc::probes
