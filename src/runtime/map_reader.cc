// See map_reader.h.
#include "runtime/map_reader.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>

namespace trc::runtime {
namespace {

// Measured: deleting a key of a per-CPU hash takes about 6 µs, of another one 0.6 µs; replacing a map 8 to 16
// ms.
constexpr uint32_t kFewKeys = 1000;
constexpr uint32_t kFirstBatch = 128;       // entries
constexpr uint32_t kLargestBatch = 1 << 17; // bytes

std::unexpected<Error> not_read(const MapInfo& info) {
  return errno_failure(errno, "cannot read the map " + info.name);
}

RawMap empty_raw(const MapInfo& info, const Cpus& cpus) {
  RawMap raw;
  raw.key_size = info.key.size;
  // Values of per-CPU maps are rounded up to 8 bytes each (bpf(2)).
  bool per_cpu = is_percpu_hash(info.kind);
  raw.stride = per_cpu ? (size_t{info.value.size} + 7) / 8 * 8 : info.value.size;
  raw.copies = per_cpu ? cpus.possible : 1;
  return raw;
}

/// Makes room for so many entries.
void make_room(RawMap& raw, size_t entries) {
  raw.keys.resize(entries * raw.key_size);
  raw.values.resize(entries * raw.stride * raw.copies);
}

/// Entries that are read at once: not more than are in the processor's cache when they are looked at.
uint32_t largest_batch(const RawMap& raw) {
  const size_t entry = raw.key_size + raw.stride * raw.copies;
  return static_cast<uint32_t>(std::clamp<size_t>(kLargestBatch / entry, kFirstBatch, UINT32_MAX));
}

/// Reads entries until there are no more or `take` gives false. The state of the walk is a u32 for hashes, or
/// a key (kernel/bpf/hashtab.c). False when the kernel knows no batches for this map (before 5.6).
Result<bool> read_batches(const MapInfo& info, int fd, RawMap raw,
                          const std::function<bool(const RawMap&)>& take) {
  std::vector<std::byte> state(std::max<size_t>(raw.key_size, sizeof(uint64_t)));
  uint32_t room = kFirstBatch;
  bool started = false;
  for (;;) {
    make_room(raw, room);
    uint32_t count = room;
    void* from = started ? state.data() : nullptr;
    int result =
        bpf_map_lookup_batch(fd, from, state.data(), raw.keys.data(), raw.values.data(), &count, nullptr);
    int number = result == 0 ? 0 : errno;
    if (number == ENOSPC) { // a bucket with more entries than there is room
      room *= 2;
      continue;
    }
    if (number == ENOTSUP || (number == EINVAL && !started)) return false;
    if (number != 0 && number != ENOENT) return not_read(info);
    raw.count = count;
    started = true;
    if (!take(raw) || number == ENOENT) return true; // ENOENT: that was all
    room = std::max(room, std::min(2 * room, largest_batch(raw)));
  }
}

Result<void> read_one_by_one(const MapInfo& info, int fd, RawMap raw, const Take& take) {
  std::vector<std::byte> next(raw.key_size);
  make_room(raw, 1);
  raw.count = 1;
  // A key that is deleted under us sends the walk back to the start: it must not go on for ever.
  for (uint64_t steps = 0; steps < 2 * uint64_t{info.max_entries}; ++steps) {
    if (bpf_map_get_next_key(fd, steps == 0 ? nullptr : raw.keys.data(), next.data()) != 0) {
      if (errno == ENOENT) return {};
      return not_read(info);
    }
    raw.keys = next;
    if (bpf_map_lookup_elem(fd, raw.keys.data(), raw.values.data()) == 0)
      take(raw);
    else if (errno != ENOENT)
      return not_read(info);
  }
  return {};
}

int descriptor_of(const LoadedMap& map, uint64_t generation) {
  return map.instances.empty() ? map.fd.get() : map.instances[generation % kLeastGenerations].get();
}

/// The memory of a slot's generation in the data map: all CPUs' slots.
std::span<std::byte> slot_bytes(const MapInfo& info, const LoadedMaps& maps, uint64_t generation) {
  size_t copies = info.kind == MapKind::percpu_slot ? maps.cpus.limit : 1;
  size_t size = copies * info.slot_stride;
  size_t instance = info.has_generations ? generation % generations_of(info) : 0;
  return maps.data.bytes().subspan(info.slot_offset + instance * size, size);
}

RawMap read_slot(const MapInfo& info, const LoadedMaps& maps, uint64_t generation) {
  RawMap raw;
  std::span<const std::byte> bytes = slot_bytes(info, maps, generation);
  raw.stride = info.slot_stride;
  if (info.kind == MapKind::percpu_slot) {
    raw.copies = maps.cpus.limit;
    raw.count = 1; // never set is the same as zero here
  } else {
    uint64_t is_set = 0;
    std::memcpy(&is_set, bytes.data(), sizeof is_set);
    raw.count = is_set != 0;
    bytes = bytes.subspan(kSlotHeader);
    raw.stride -= kSlotHeader;
  }
  raw.values.assign(bytes.begin(), bytes.end());
  return raw;
}

Result<void> replace_instance(const MapInfo& info, const Cpus& cpus, LoadedMap& map, uint32_t instance) {
  auto fresh = create_instance(info, cpus);
  if (!fresh) return std::unexpected(fresh.error());
  int fd = fresh->get();
  if (bpf_map_update_elem(map.fd.get(), &instance, &fd, BPF_ANY) != 0)
    return errno_failure(errno, "cannot clear the map " + info.name);
  map.instances[instance] = std::move(*fresh);
  return {};
}

} // namespace

Result<void> read_map(const MapInfo& info, const LoadedMaps& maps, const LoadedMap& map, uint64_t generation,
                      const Take& take) {
  if (is_slot(info.kind)) return take(read_slot(info, maps, generation)), Result<void>();
  const RawMap raw = empty_raw(info, maps.cpus);
  const int fd = descriptor_of(map, generation);
  auto done = read_batches(info, fd, raw, [&](const RawMap& batch) { return take(batch), true; });
  if (!done) return std::unexpected(done.error());
  return *done ? Result<void>() : read_one_by_one(info, fd, raw, take);
}

Result<void> empty_instance(const MapInfo& info, LoadedMaps& maps, LoadedMap& map, uint64_t generation) {
  if (is_slot(info.kind)) {
    std::ranges::fill(slot_bytes(info, maps, generation), std::byte{0});
    return {};
  }
  const int fd = descriptor_of(map, generation);
  std::vector<std::byte> keys;
  uint32_t count = 0;
  auto read = read_batches(info, fd, empty_raw(info, maps.cpus), [&](const RawMap& batch) {
    count += static_cast<uint32_t>(batch.count);
    const auto size = static_cast<ptrdiff_t>(batch.count * batch.key_size);
    keys.insert(keys.end(), batch.keys.begin(), batch.keys.begin() + size);
    return count <= kFewKeys;
  });
  if (read && *read && count <= kFewKeys)
    if (count == 0 || bpf_map_delete_batch(fd, keys.data(), &count, nullptr) == 0) return {};
  return replace_instance(info, maps.cpus, map, generation % kLeastGenerations);
}

} // namespace trc::runtime
