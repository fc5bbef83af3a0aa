// See ledger.h.
#include "runtime/ledger.h"

#include <bpf/bpf.h>

namespace trc::runtime {
namespace {

struct CauseRow {
  std::string_view what, cause;
  bool is_failure = false;
  std::string_view helper = {};
  int64_t code = 0;
};

constexpr CauseRow kCauses[] = {
#define LOSS(id, what, cause) {what, cause},
#define FAILURE(id, what, cause, helper, code) {what, cause, true, helper, code},
#include "program/losses.def"
#undef LOSS
};

const CauseRow& row(LossCause cause) { return kCauses[static_cast<size_t>(cause)]; }

void tell(output::Printer& printer, LossCause cause, uint64_t count, std::string_view place) {
  const CauseRow& known = row(cause);
  printer.loss({.count = count,
                .what = known.what,
                .cause = known.cause,
                .place = place,
                .is_failure = known.is_failure,
                .helper = known.helper,
                .code = known.code});
}

/// Since Linux 5.12, of raw tracepoints since 6.1. Of programs on perf events (tracepoints, kprobes)
/// since 6.7, where another one of these ran: a tracepoint that hits itself is turned away by perf, which
/// does not count.
uint64_t recursions_of(int program) {
  bpf_prog_info info = {};
  uint32_t size = sizeof info;
  return bpf_obj_get_info_by_fd(program, &info, &size) == 0 ? info.recursion_misses : 0;
}

/// bpf_link_info of a link on a kprobe's perf event, and of one on many functions
/// (include/uapi/linux/bpf.h of Linux 6.9). An older kernel leaves alone what it does not know: the numbers
/// of misses exist since 6.7.
struct ProbeLinkInfo {
  uint32_t type, id, program, padding;
  uint32_t event_type, more_padding;
  uint64_t function_name;
  uint32_t name_length, offset;
  uint64_t address;
  uint64_t missed; ///< a kretprobe's: returns, too, for which there was no room
  uint64_t cookie;
};
static_assert(sizeof(ProbeLinkInfo) == 64);
struct MultiLinkInfo {
  uint32_t type, id, program, padding;
  uint64_t addresses;
  uint32_t count, flags;
  uint64_t missed; ///< a kretprobe's: returns, too, for which there was no room
  uint64_t cookies;
};
static_assert(sizeof(MultiLinkInfo) == 48);
constexpr uint32_t kPerfEventLink = 7, kMultiLink = 8, kKprobe = 3, kKretprobe = 4;

uint64_t missed_by(int link) {
  union {
    ProbeLinkInfo info;
    MultiLinkInfo multi;
  };
  info = {};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(link, &info, &size) != 0) return 0;
  if (info.type == kMultiLink) return multi.missed;
  if (info.type != kPerfEventLink) return 0;
  return info.event_type == kKprobe || info.event_type == kKretprobe ? info.missed : 0;
}

} // namespace

uint64_t Ledger::counter(size_t index) const {
  auto* counters = reinterpret_cast<uint64_t*>(object_.maps.data.bytes().data() + manifest_.loss_offset);
  return __atomic_load_n(counters + index, __ATOMIC_RELAXED);
}

std::vector<Ledger::Misses> Ledger::ask_kernel() const {
  std::vector<Misses> all(manifest_.programs.size());
  for (size_t i = 0; i < all.size(); ++i)
    all[i].recursions = recursions_of(object_.programs[i].get());
  for (const ProbeLink& link : attacher_.probe_links())
    all[link.program].missed += missed_by(link.fd);
  return all;
}

void Ledger::start() { before_ = ask_kernel(); }

void Ledger::stop() {
  if (!before_.empty()) after_ = ask_kernel();
}

void Ledger::tick_missed(size_t program, uint64_t times) {
  ticks_.resize(manifest_.programs.size());
  ticks_[program] += times;
}

uint64_t Ledger::lost_so_far() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < manifest_.losses.size(); ++i)
    if (!row(manifest_.losses[i].cause).is_failure) sum += counter(i);
  return sum;
}

bool Ledger::report(output::Printer& printer) const {
  bool is_lost = false;
  auto add = [&](LossCause cause, uint64_t count, std::string_view place) {
    if (count == 0) return;
    tell(printer, cause, count, place);
    is_lost |= !row(cause).is_failure;
  };
  for (size_t i = 0; i < manifest_.losses.size(); ++i)
    add(manifest_.losses[i].cause, counter(i), manifest_.losses[i].place);
  for (size_t i = 0; i < after_.size(); ++i) {
    add(LossCause::recursion, after_[i].recursions - before_[i].recursions, manifest_.programs[i].probe);
    add(LossCause::probe_missed, after_[i].missed - before_[i].missed, manifest_.programs[i].probe);
  }
  for (size_t i = 0; i < ticks_.size(); ++i)
    add(LossCause::tick_missed, ticks_[i], manifest_.programs[i].probe);
  return is_lost;
}

} // namespace trc::runtime
