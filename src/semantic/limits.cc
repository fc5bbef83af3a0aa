#include "semantic/limits.h"

namespace trc {

// A key is hashed and compared as a whole; the kernel takes keys up to KMALLOC_MAX_SIZE less the element's
// header, but keys are built in a program's scratch memory. Values need no check: no string and no histogram
// comes near what the kernel takes.
static constexpr uint32_t kMaxKey = 16 * 1024;

void check_limits(const typed::Program& program, Diagnostics& diagnostics) {
  for (const typed::Map& map : program.maps)
    if (map.key.size > kMaxKey)
      diagnostics.report(DiagnosticId::key_too_large, map.span, map.name, std::to_string(map.key.size),
                         std::to_string(kMaxKey));
  for (const typed::Probe& probe : program.probes) {
    uint32_t size = 0;
    for (const Type& type : probe.variables)
      size += type.size;
    if (size > kMostScratch)
      diagnostics.report(DiagnosticId::scratch_too_large, probe.span, "the variables of this probe take",
                         std::to_string(size), std::to_string(kMostScratch));
  }
}

} // namespace trc
