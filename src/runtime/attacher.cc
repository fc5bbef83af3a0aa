// See attacher.h.
#include "runtime/attacher.h"

namespace trc::runtime {
namespace {

bool is_own(const ProgramInfo& program) { return program.type == ProgramType::raw_tracepoint; }

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

} // namespace trc::runtime
