// The kernel maps of a compiled script: creating them, and what the session needs to reach them.
#pragma once

#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "program/manifest.h"
#include "program/records.h"
#include "runtime/mapping.h"

namespace trc::runtime {

struct Cpus {
  unsigned possible = 0; ///< how many there are: the number of values in an element of a per-CPU map
  unsigned limit = 0;    ///< one more than the highest number: the number of slots of a percpu_slot
};
Result<Cpus> count_cpus();

/// What stands before the value of a `slot` in its memory: the u64 that tells whether there is one.
inline constexpr uint32_t kSlotHeader = sizeof(uint64_t);

struct LoadedMap {
  Fd fd;                     ///< what "map.N" stands for; none for slots
  std::vector<Fd> instances; ///< has_generations, hashes: by generation % kLeastGenerations
};

struct LoadedMaps {
  std::vector<LoadedMap> maps; ///< as Manifest::maps
  Fd data_fd;
  Mapping data; ///< the data map's memory
  Cpus cpus;
  std::vector<std::jthread> fillers; ///< put the instances into their arrays of maps: see wait_until_filled()

  ControlWords& control() const { return *reinterpret_cast<ControlWords*>(data.bytes().data()); }
};

Result<LoadedMaps> create_maps(const Manifest& manifest);

/// Putting a map into an array of maps makes the kernel wait for an RCU grace period (8 to 16 ms) before the
/// call returns, though it takes effect at once. So create_maps() leaves it to threads of its own, and this
/// returns as soon as the instances are in place; to be called before anything runs.
Result<void> wait_until_filled(const LoadedMaps& maps);

/// Another empty map like the instances of `info`.
Result<Fd> create_instance(const MapInfo& info, const Cpus& cpus);

} // namespace trc::runtime
