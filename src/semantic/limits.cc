#include "semantic/limits.h"

namespace trc {
namespace {

// A key is hashed and compared as a whole; the kernel takes keys up to KMALLOC_MAX_SIZE less the element's
// header, but keys are built in a program's scratch memory, whose element is at most PCPU_MIN_UNIT_SIZE.
constexpr uint32_t kMaxKey = 16 * 1024;
// PCPU_MIN_UNIT_SIZE (include/linux/percpu.h): the most that one CPU's part of a per-CPU value can take.
constexpr uint32_t kMaxPerCpuValue = 32 * 1024;
constexpr uint32_t kMaxValue = 16 * 1024;

} // namespace

void check_limits(const typed::Program& program, Diagnostics& diagnostics) {
  for (const typed::Map& map : program.maps) {
    const Span span = program.probes.empty() ? Span{} : program.probes.front().span;
    if (map.key.size > kMaxKey)
      diagnostics.report(DiagnosticId::key_too_large, span, map.name, std::to_string(map.key.size),
                         std::to_string(kMaxKey));
    const uint32_t most = map.value.is_aggregation() ? kMaxPerCpuValue : kMaxValue;
    if (map.value.size > most)
      diagnostics.report(DiagnosticId::value_too_large, span, map.name, std::to_string(map.value.size),
                         std::to_string(most));
  }
}

} // namespace trc
