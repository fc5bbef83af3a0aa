// The kernel maps of a compiled script: creating them, and what the session needs to reach them.
#pragma once

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

struct LoadedMap {
  Fd fd;                     ///< what "map.N" stands for; none for slots
  std::vector<Fd> instances; ///< has_generations, hashes: by generation % kGenerations
};

struct LoadedMaps {
  std::vector<LoadedMap> maps; ///< as Manifest::maps
  Fd data_fd;
  Mapping data; ///< the data map's memory
  Cpus cpus;

  ControlWords& control() const { return *reinterpret_cast<ControlWords*>(data.bytes().data()); }
};

Result<LoadedMaps> create_maps(const Manifest& manifest);
/// Another empty map like the instances of `info`.
Result<Fd> create_instance(const MapInfo& info);

} // namespace trc::runtime
