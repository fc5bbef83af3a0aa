// What processes map, and which programs they execute, as the kernel's perf events tell it while it happens:
// so that there is something to go by when a process has ended before anybody could look at its maps.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "symbols/process_maps.h"

namespace trc::symbols {

struct MappingEvent {
  enum class Kind : uint8_t {
    mapped,   ///< `process` has mapped `range`, executable
    executed, ///< `process` has begun another program: nothing of what it had is mapped any more
    forked,   ///< `process` is a copy of `parent`
    ended,    ///< `process` has no thread any more
  };
  Kind kind;
  uint64_t process = 0, parent = 0;
  uint64_t time = 0;
  MappedRange range;
};

/// A record of a perf ring: the header and what follows it, with the time at its end. Nothing if it is of no
/// use here.
std::unique_ptr<MappingEvent> parse_mapping_record(std::span<const std::byte> record);

class MappingEvents {
public:
  MappingEvents();
  ~MappingEvents();
  /// Begins to listen on all CPUs. Without the privilege there will just be no events.
  void open();
  /// What has come since the last call, in the order of time.
  std::vector<MappingEvent> read();
  /// Each becomes readable when its ring is half full.
  std::vector<int> descriptors() const;

private:
  class PerfRing;
  std::vector<std::unique_ptr<PerfRing>> rings_;
};

} // namespace trc::symbols
