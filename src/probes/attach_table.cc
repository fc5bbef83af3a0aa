// The table of attach functions, from the rows of providers.def. Apart from providers.cc, so that a build of
// the run time alone needs no compile half.
#include "probes/attach.h"

#include <algorithm>
#include <iterator>

namespace trc::probes {

#define PROVIDER(id, names, syntax, summary)                                                                 \
  Result<Attached> attach_##id(const Attachment&, int program_fd, const AttachContext&);
#include "probes/providers.def"
#undef PROVIDER

Result<Attached> attach_all_kprobe(std::span<const Attachment>, int program_fd, const AttachContext&);
Result<Attached> attach_all_kretprobe(std::span<const Attachment>, int program_fd, const AttachContext&);
Result<Attached> attach_all_uprobe(std::span<const Attachment>, int program_fd, const AttachContext&);
Result<Attached> attach_all_uretprobe(std::span<const Attachment>, int program_fd, const AttachContext&);
Result<Attached> attach_all_usdt(std::span<const Attachment>, int program_fd, const AttachContext&);

namespace {

struct Row {
  std::string_view name;
  Attach attach;
};

struct RowOfAll {
  std::string_view name;
  AttachAll attach;
};

constexpr RowOfAll kRowsOfAll[] = {{"kprobe", attach_all_kprobe},
                                   {"kretprobe", attach_all_kretprobe},
                                   {"uprobe", attach_all_uprobe},
                                   {"uretprobe", attach_all_uretprobe},
                                   {"usdt", attach_all_usdt}};

// The kernel puts a new program before the others: kernel/kprobes.c (register_aggr_kprobe), kernel/bpf/
// trampoline.c (hlist_add_head), kernel/events/uprobes.c (consumer_add).
constexpr std::string_view kLastFirst[] = {"kprobe", "software",  "fentry", "fexit",
                                           "uprobe", "uretprobe", "usdt"};

constexpr Row kRows[] = {
#define PROVIDER(id, names, syntax, summary) {#id, attach_##id},
#include "probes/providers.def"
#undef PROVIDER
};

} // namespace

Attach find_attach(std::string_view provider) {
  for (const Row& row : kRows)
    if (row.name == provider) return row.attach;
  return nullptr;
}

AttachAll find_attach_all(std::string_view provider) {
  for (const RowOfAll& row : kRowsOfAll)
    if (row.name == provider) return row.attach;
  return nullptr;
}

bool runs_last_first(std::string_view provider) {
  return std::ranges::find(kLastFirst, provider) != std::end(kLastFirst);
}

} // namespace trc::probes
