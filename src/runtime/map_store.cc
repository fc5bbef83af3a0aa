// See map_store.h.
#include "runtime/map_store.h"

namespace trc::runtime {

MapStore::MapStore(const Manifest& manifest, LoadedMaps& maps, Grace& grace, const Decoding& how)
    : manifest_(manifest), how_(how), maps_(maps), grace_(grace), histories_(manifest.maps.size()) {}

GenerationWords& MapStore::words(uint32_t map) const {
  return *reinterpret_cast<GenerationWords*>(maps_.data.bytes().data() +
                                             manifest_.maps[map].generation_offset);
}

uint64_t MapStore::current_generation(uint32_t map) const {
  if (!manifest_.maps[map].has_generations) return 0;
  return __atomic_load_n(&words(map).current, __ATOMIC_ACQUIRE);
}

/// A record has only the low half of a generation's number. It is of the present or the recent past.
uint64_t MapStore::whole_generation(uint32_t map, uint32_t low) const {
  uint64_t now = current_generation(map);
  return now - (static_cast<uint32_t>(now) - low);
}

/// Programs that start after this read a generation that is at least as new as what is current now; those
/// that ran before have ended when it returns.
Result<void> MapStore::wait() {
  std::vector<uint64_t> now(histories_.size());
  for (uint32_t i = 0; i < now.size(); ++i)
    now[i] = current_generation(i);
  auto done = grace_.wait_for_programs();
  if (done)
    for (uint32_t i = 0; i < now.size(); ++i)
      histories_[i].quiet_below = now[i];
  return done;
}

Result<void> MapStore::wait_until_quiet(uint32_t map, uint64_t generation) {
  if (generation < histories_[map].quiet_below) return {};
  return wait();
}

Result<void> MapStore::list(uint32_t map, uint64_t generation, const Cut& cut, const MapListing::Show& show) {
  const MapInfo& info = manifest_.maps[map];
  MapListing listing(info, cut, how_, show);
  auto take = [&](const RawMap& batch) { listing.add(batch); };
  if (auto done = read_map(info, maps_, maps_.maps[map], generation, take); !done) return done;
  listing.end();
  return {};
}

Result<void> MapStore::current(uint32_t map, const MapListing::Show& show) {
  return list(map, current_generation(map), {}, show);
}

Result<void> MapStore::print(uint32_t map, uint32_t low, const Cut& cut, const MapListing::Show& show) {
  if (!manifest_.maps[map].has_generations) return list(map, 0, cut, show);
  uint64_t generation = whole_generation(map, low);
  // The program that sent this may be just about to clear the map: then what it printed is the whole of this
  // generation, not what of it can be seen now. So first let that program end.
  if (generation == current_generation(map))
    if (auto done = wait(); !done) return done;
  if (generation < current_generation(map))
    if (auto done = wait_until_quiet(map, generation); !done) return done;
  // Two CPUs at once: the other one's clear has been handled already.
  if (generation < __atomic_load_n(&words(map).recycled, __ATOMIC_RELAXED))
    return MapListing(manifest_.maps[map], cut, how_, show).end(), Result<void>();
  return list(map, generation, cut, show);
}

Result<void> MapStore::clear(uint32_t map, uint32_t low) {
  const MapInfo& info = manifest_.maps[map];
  uint64_t generation = whole_generation(map, low);
  if (!info.has_generations || generation >= current_generation(map)) return {};
  if (auto done = wait_until_quiet(map, generation); !done) return done;
  if (auto done = empty_instance(info, maps_, maps_.maps[map], generation); !done) return done;

  // Records of different CPUs may come in another order than that of the generations. Those before the oldest
  // one that is not empty yet may be used again.
  History& history = histories_[map];
  history.emptied |= uint64_t{1} << (generation % kMostGenerations);
  uint64_t recycled = __atomic_load_n(&words(map).recycled, __ATOMIC_RELAXED);
  for (uint64_t bit; (history.emptied & (bit = uint64_t{1} << (recycled % kMostGenerations))) != 0;
       ++recycled)
    history.emptied &= ~bit;
  __atomic_store_n(&words(map).recycled, recycled, __ATOMIC_RELEASE);
  return {};
}

} // namespace trc::runtime
