// See ledger.h.
#include "runtime/ledger.h"

namespace trc::runtime {
namespace {

struct CauseRow {
  std::string_view what, cause;
};

constexpr CauseRow kCauses[] = {
#define LOSS(id, what, cause) {what, cause},
#include "program/losses.def"
#undef LOSS
};

} // namespace

void report_losses(const Manifest& manifest, const LoadedMaps& maps, output::Printer& printer) {
  auto* counters = reinterpret_cast<uint64_t*>(maps.data.bytes().data() + manifest.loss_offset);
  for (size_t i = 0; i < manifest.losses.size(); ++i) {
    const LossInfo& loss = manifest.losses[i];
    const CauseRow& row = kCauses[static_cast<size_t>(loss.cause)];
    uint64_t count = __atomic_load_n(counters + i, __ATOMIC_RELAXED);
    if (count != 0) printer.loss({.count = count, .what = row.what, .cause = row.cause, .place = loss.place});
  }
}

} // namespace trc::runtime
