// The events of `software` and `hardware` probes: the table that the compile and run halves share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace trc::probes {

struct CounterEvent {
  std::string_view provider; ///< "software" or "hardware"
  std::string_view name;
  std::string_view alias; ///< "": none
  uint64_t number;        ///< perf_event_attr::config
  uint64_t period;        ///< events between two runs of the program, if the script does not say
};

/// All, those of one provider together and in the order of their names.
std::span<const CounterEvent> counter_events();
/// By name or alias; null if there is none.
const CounterEvent* find_counter_event(std::string_view provider, std::string_view name);

} // namespace trc::probes
