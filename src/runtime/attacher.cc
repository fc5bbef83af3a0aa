// See attacher.h.
#include "runtime/attacher.h"

#include <algorithm>
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

} // namespace

Result<void> Attacher::attach(size_t program, const Attachment& attachment) {
  probes::Attach function = probes::find_attach(attachment.spec.provider);
  if (function == nullptr)
    return failure(ErrorKind::unsupported,
                   "this build of trc cannot attach `" + attachment.spec.provider + "` probes");
  auto attached = function(attachment, programs_[program].get(), context_);
  if (!attached) return std::unexpected(attached.error());

  switch (attached->moment) {
  case probes::Moment::begin: begins_.push_back(program); break;
  case probes::Moment::end: ends_.push_back(program); break;
  case probes::Moment::periodic: periodic_.push_back({program, attached->period}); break;
  case probes::Moment::by_kernel: runs_by_kernel_ = true; break;
  }
  if (attached->detaches_slowly) ++slow_links_;
  if (attached->counts_misses) probe_links_.push_back({program, attached->descriptors.front().get()});
  for (Fd& fd : attached->descriptors)
    links_.push_back(std::move(fd));
  probes_ += attachment.probes.size();
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

Result<bool> Attacher::attach_others(const Signals& signals) {
  for (size_t i = 0; i < manifest_.programs.size(); ++i) {
    if (is_own(manifest_.programs[i])) continue;
    for (const Attachment& attachment : manifest_.programs[i].attachments) {
      if (signals.seen()) return false;
      if (auto done = attach(i, attachment); !done) return std::unexpected(done.error());
    }
  }
  return !signals.seen();
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
