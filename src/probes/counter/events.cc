#include "probes/counter/events.h"

#include <linux/perf_event.h>

namespace trc::probes {
namespace {

constexpr CounterEvent kEvents[] = {
#define EVENT(provider, name, alias, number, period) {#provider, name, alias, number, period},
#include "probes/counter/events.def"
#undef EVENT
};

} // namespace

std::span<const CounterEvent> counter_events() { return kEvents; }

const CounterEvent* find_counter_event(std::string_view provider, std::string_view name) {
  for (const CounterEvent& event : kEvents)
    if (event.provider == provider && !name.empty() && (event.name == name || event.alias == name))
      return &event;
  return nullptr;
}

} // namespace trc::probes
