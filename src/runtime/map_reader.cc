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
constexpr uint32_t kFirstBatch = 128, kLargestBatch = 4096;

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

/// Makes room for `more` entries behind the first raw.count.
void reserve_more(RawMap& raw, size_t more) {
  raw.keys.resize((raw.count + more) * raw.key_size);
  raw.values.resize((raw.count + more) * raw.stride * raw.copies);
}

/// Reads up to `most` entries. The state of the walk is a u32 for hashes, or a key (kernel/bpf/hashtab.c).
/// False when the kernel knows no batches for this map (before 5.6).
Result<bool> read_batches(const MapInfo& info, int fd, RawMap& raw, size_t most) {
  std::vector<std::byte> state(std::max<size_t>(raw.key_size, sizeof(uint64_t)));
  uint32_t room = kFirstBatch;
  bool started = false;
  while (raw.count < most) {
    reserve_more(raw, room);
    uint32_t count = room;
    void* from = started ? state.data() : nullptr;
    int result =
        bpf_map_lookup_batch(fd, from, state.data(), raw.keys.data() + raw.count * raw.key_size,
                             raw.values.data() + raw.count * raw.stride * raw.copies, &count, nullptr);
    int number = result == 0 ? 0 : errno;
    if (number == ENOSPC) { // a bucket with more entries than there is room
      room *= 2;
      continue;
    }
    if (number == ENOTSUP || (number == EINVAL && !started)) return false;
    if (number != 0 && number != ENOENT) return not_read(info);
    raw.count += count;
    started = true;
    if (number == ENOENT) break; // all read
    room = std::max(room, std::min(2 * room, kLargestBatch));
  }
  return true;
}

Result<void> read_one_by_one(const MapInfo& info, int fd, RawMap& raw) {
  std::vector<std::byte> next(raw.key_size), key;
  // A key that is deleted under us sends the walk back to the start: it must not go on for ever.
  for (uint64_t steps = 0; steps < 2 * uint64_t{info.max_entries}; ++steps) {
    if (bpf_map_get_next_key(fd, key.empty() ? nullptr : key.data(), next.data()) != 0) {
      if (errno == ENOENT) return {};
      return not_read(info);
    }
    key = next;
    reserve_more(raw, 1);
    if (bpf_map_lookup_elem(fd, key.data(), raw.values.data() + raw.count * raw.stride * raw.copies) != 0) {
      if (errno == ENOENT) continue;
      return not_read(info);
    }
    std::copy(key.begin(), key.end(), raw.keys.begin() + static_cast<ptrdiff_t>(raw.count * raw.key_size));
    ++raw.count;
  }
  return {};
}

int descriptor_of(const LoadedMap& map, uint64_t generation) {
  return map.instances.empty() ? map.fd.get() : map.instances[generation % kGenerations].get();
}

/// The memory of a slot's generation in the data map: all CPUs' slots.
std::span<std::byte> slot_bytes(const MapInfo& info, const LoadedMaps& maps, uint64_t generation) {
  size_t copies = info.kind == MapKind::percpu_slot ? maps.cpus.limit : 1;
  size_t size = copies * info.slot_stride;
  size_t instance = info.has_generations ? generation % kGenerations : 0;
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

Result<RawMap> read_map(const MapInfo& info, const LoadedMaps& maps, const LoadedMap& map,
                        uint64_t generation) {
  if (is_slot(info.kind)) return read_slot(info, maps, generation);
  RawMap raw = empty_raw(info, maps.cpus);
  int fd = descriptor_of(map, generation);
  auto done = read_batches(info, fd, raw, SIZE_MAX);
  if (!done) return std::unexpected(done.error());
  if (!*done) {
    raw = empty_raw(info, maps.cpus);
    if (auto read = read_one_by_one(info, fd, raw); !read) return std::unexpected(read.error());
  }
  return raw;
}

Result<void> empty_instance(const MapInfo& info, LoadedMaps& maps, LoadedMap& map, uint64_t generation) {
  if (is_slot(info.kind)) {
    std::ranges::fill(slot_bytes(info, maps, generation), std::byte{0});
    return {};
  }
  RawMap raw = empty_raw(info, maps.cpus);
  int fd = descriptor_of(map, generation);
  auto read = read_batches(info, fd, raw, kFewKeys + 1);
  if (read && *read && raw.count <= kFewKeys) {
    auto count = static_cast<uint32_t>(raw.count);
    if (count == 0 || bpf_map_delete_batch(fd, raw.keys.data(), &count, nullptr) == 0) return {};
  }
  return replace_instance(info, maps.cpus, map, generation % kGenerations);
}

} // namespace trc::runtime
