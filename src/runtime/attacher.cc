// See attacher.h.
#include "runtime/attacher.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <sys/prctl.h>
#include <unistd.h>

namespace trc::runtime {
namespace {

bool is_own(const ProgramInfo& program) { return program.type == ProgramType::raw_tracepoint; }

void close_all_but(const std::vector<Fd>& kept) {
  std::vector<unsigned> numbers;
  for (const Fd& fd : kept)
    numbers.push_back(static_cast<unsigned>(fd.get()));
  std::ranges::sort(numbers);
  unsigned from = 0;
  for (unsigned number : numbers) {
    if (number > from) ::close_range(from, number - 1, 0);
    from = number + 1;
  }
  ::close_range(from, ~0U, 0);
}

std::unexpected<Error> pin_failure(const std::string& file, int number) {
  std::string hint;
  if (number == EEXIST) hint = "`rm " + file + "` removes a pinned iterator";
  if (number == ENOENT) hint = "its directory is not there: `mkdir` makes one below /sys/fs/bpf";
  if (number == EPERM || number == EINVAL)
    hint = "programs are pinned in a BPF file system, which is mounted at /sys/fs/bpf";
  return errno_failure(number, "can't pin an iterator to `" + file + "`", hint);
}

} // namespace

void Attacher::keep(size_t program, probes::Attached attached) {
  switch (attached.moment) {
  case probes::Moment::begin: begins_.push_back(program); break;
  case probes::Moment::end: ends_.push_back(program); break;
  case probes::Moment::periodic: periodic_.push_back({program, attached.period}); break;
  case probes::Moment::signal: on_signal_.push_back(program); break;
  case probes::Moment::later:
    pins_.push_back({std::move(attached.pin), attached.descriptors.front().get()});
    break;
  case probes::Moment::trial: trials_.push_back(program); break;
  case probes::Moment::read: iterators_.push_back(attached.iterator); break;
  case probes::Moment::by_kernel: runs_by_kernel_ |= !is_own(manifest_.programs[program]); break;
  }
  if (attached.detaches_slowly) ++slow_links_;
  if (attached.counts_misses)
    for (const Fd& fd : attached.descriptors)
      probe_links_.push_back({program, fd.get()});
  for (Fd& fd : attached.descriptors)
    links_.push_back(std::move(fd));
  if (manifest_.missing_probes != "ignore")
    for (const std::string& note : attached.notes)
      printer_.warning(note);
  attached_lists_.insert(manifest_.programs[program].probe);
}

Result<void> Attacher::attach(size_t program, const Attachment& attachment) {
  probes::Attach function = probes::find_attach(attachment.spec.provider);
  if (function == nullptr)
    return failure(ErrorKind::unsupported,
                   "this build of trc cannot attach `" + attachment.spec.provider + "` probes");
  auto attached = function(attachment, programs_[program].get(), context_);
  if (!attached) return std::unexpected(attached.error());
  probes_ += attachment.probes.size() + attached->more;
  keep(program, std::move(*attached));
  return {};
}

Result<void> Attacher::attach_all(size_t program) {
  const std::vector<Attachment>& attachments = manifest_.programs[program].attachments;
  probes::AttachAll function = probes::find_attach_all(attachments.front().spec.provider);
  if (function == nullptr)
    return failure(ErrorKind::unsupported, "this build of trc cannot attach `" +
                                               attachments.front().spec.provider + "` probes together");
  auto attached = function(attachments, programs_[program].get(), context_);
  if (!attached) return std::unexpected(attached.error());
  const size_t missing = attached->missing;
  places_ += attachments.size();
  keep(program, std::move(*attached));
  for (const Attachment& attachment : attachments)
    probes_ += attachment.probes.size();
  probes_ -= missing;
  return {};
}

Result<void> Attacher::attach_own() {
  for (size_t i = 0; i < manifest_.programs.size(); ++i) {
    if (!is_own(manifest_.programs[i])) continue;
    for (const Attachment& attachment : manifest_.programs[i].attachments)
      if (auto done = attach(i, attachment); !done) return done;
  }
  return {};
}

Result<bool> Attacher::attach_program(size_t program, std::vector<Failed>& failed) {
  const ProgramInfo& info = manifest_.programs[program];
  if (!plan_.goes_on_attaching(places_)) return false;
  if (const auto refused = refused_targets_.find(program); refused != refused_targets_.end()) {
    failed.push_back({program, refused->second});
    return true;
  }
  if (attaches_together(info.type)) {
    if (auto done = attach_all(program); !done) failed.push_back({program, done.error()});
    return plan_.goes_on_attaching(places_);
  }
  const bool last_first =
      !info.attachments.empty() && probes::runs_last_first(info.attachments.front().spec.provider);
  for (size_t i = 0; i < info.attachments.size(); ++i) {
    if (!plan_.goes_on_attaching(places_)) return false;
    ++places_;
    const size_t next = last_first ? info.attachments.size() - 1 - i : i;
    if (auto done = attach(program, info.attachments[next]); !done) {
      // What holds for one holds for all: no privilege, no room.
      const ErrorKind kind = done.error().kind;
      if (kind != ErrorKind::not_found && kind != ErrorKind::refused && kind != ErrorKind::unsupported)
        return std::unexpected(done.error());
      failed.push_back({program, done.error()});
    }
  }
  return true;
}

Result<void> Attacher::judge(const std::vector<Failed>& failed) {
  for (const Failed& one : failed) {
    const bool is_error = manifest_.missing_probes == "error" &&
                          !attached_lists_.contains(manifest_.programs[one.program].probe);
    if (is_error) return std::unexpected(one.error);
    if (manifest_.missing_probes != "ignore") printer_.warning(one.error.cause);
  }
  return {};
}

Result<bool> Attacher::attach_others() {
  std::vector<size_t> order, reversed;
  for (size_t i = 0; i < manifest_.programs.size(); ++i) {
    const ProgramInfo& program = manifest_.programs[i];
    if (is_own(program) || program.attachments.empty()) continue;
    (probes::runs_last_first(program.attachments.front().spec.provider) ? reversed : order).push_back(i);
  }
  order.insert(order.end(), reversed.rbegin(), reversed.rend());
  std::vector<Failed> failed;
  for (size_t program : order) {
    auto complete = attach_program(program, failed);
    if (!complete || !*complete) return complete;
  }
  if (auto done = judge(failed); !done) return std::unexpected(done.error());
  return plan_.goes_on_attaching(places_);
}

Result<void> Attacher::pin() {
  for (size_t i = 0; i < pins_.size(); ++i) {
    if (::bpf_obj_pin(pins_[i].link, pins_[i].file.c_str()) == 0) continue;
    const int number = errno;
    for (size_t made = 0; made < i; ++made) // all or none
      ::unlink(pins_[made].file.c_str());
    return pin_failure(pins_[i].file, number);
  }
  for (const Pin& pin : pins_)
    printer_.line("pinned", "Program pinned to " + pin.file);
  return {};
}

void Attacher::detach() {
  // One is not worth a process.
  constexpr size_t kWorthIt = 2;
  if (slow_links_ >= kWorthIt && ::fork() == 0) {
    // The child shares the descriptors, so what the parent closes stays attached until the child ends. It
    // must not be reached by the terminal's signals, nor hold up those who wait for the output's end.
    ::setsid();
    ::prctl(PR_SET_NAME, "trc-detach");
    close_all_but(links_);
    links_.clear();
    ::_exit(0);
  }
  links_.clear();
  probe_links_.clear();
}

} // namespace trc::runtime
