// Reads the entries of a map out of the kernel or out of the data map, and empties it.
#pragma once

#include "base/result.h"
#include "runtime/map_view.h"
#include "runtime/maps.h"

namespace trc::runtime {

/// Takes a batch of entries, which is overwritten by the next one.
using Take = std::function<void(const RawMap& batch)>;

/// Everything that generation `generation` of the map holds now (0 for a map without generations).
Result<void> read_map(const MapInfo& info, const LoadedMaps& maps, const LoadedMap& map, uint64_t generation,
                      const Take& take);

/// Empties the instance of a generation to which nobody writes any more. A hash with few keys loses them one
/// by one; one with many is replaced, which takes an RCU grace period.
Result<void> empty_instance(const MapInfo& info, LoadedMaps& maps, LoadedMap& map, uint64_t generation);

} // namespace trc::runtime
