// The script's maps as the session prints and clears them: keeps track of the generations of cleared maps,
// and of the waiting that reading a retired generation needs.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "runtime/grace.h"
#include "runtime/map_reader.h"
#include "runtime/maps.h"

namespace trc::runtime {

class MapStore {
public:
  MapStore(const Manifest& manifest, LoadedMaps& maps, Grace& grace, const Decoding& how);

  /// The map as a print() of generation `generation` shall show it. If the map has been cleared since, that
  /// generation is read when its last writer has gone; so the sums of what `print(@x); clear(@x);` shows are
  /// exact.
  Result<void> print(uint32_t map, uint32_t generation, const Cut& cut, const MapListing::Show& show);
  /// The map as it stands now.
  Result<void> current(uint32_t map, const MapListing::Show& show);
  /// Empties a generation that a program has retired, so that it can come into use again.
  Result<void> clear(uint32_t map, uint32_t generation);

private:
  /// What is kept for a map that has generations.
  struct History {
    uint64_t quiet_below = 0; ///< to generations below this nobody writes any more
    uint64_t emptied = 0;     ///< bit g % kMostGenerations: emptied, but an older one is not yet
  };

  GenerationWords& words(uint32_t map) const;
  uint64_t current_generation(uint32_t map) const;
  uint64_t whole_generation(uint32_t map, uint32_t low) const;
  Result<void> wait();
  Result<void> wait_until_quiet(uint32_t map, uint64_t generation);
  Result<void> list(uint32_t map, uint64_t generation, const Cut& cut, const MapListing::Show& show);

  const Manifest& manifest_;
  Decoding how_;
  LoadedMaps& maps_;
  Grace& grace_;
  std::vector<History> histories_; // as Manifest::maps
};

} // namespace trc::runtime
