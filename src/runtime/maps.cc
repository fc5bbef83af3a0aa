// See maps.h.
#include "runtime/maps.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstdio>
#include <numeric>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/files.h"
#include "runtime/bpf_call.h"
#include "runtime/signals.h"

namespace trc::runtime {
namespace {

/// Hash tables that take their memory as they grow are safe in every context since Linux 6.1 (bpf_mem_alloc);
/// before that an insertion could fail or deadlock under kmalloc in tracing programs.
bool can_allocate_on_demand() {
  utsname name;
  unsigned major = 0, minor = 0;
  if (::uname(&name) != 0 || std::sscanf(name.release, "%u.%u", &major, &minor) != 2) return false;
  return major > 6 || (major == 6 && minor >= 1);
}

/// Up to this size a hash table has its memory from the start. One that takes it as it grows can miss a key:
/// the kernel holds but a few elements ready for each CPU (for per-CPU values one to three since Linux 6.8)
/// and fetches more from an interrupt, which has to wait where a probe runs with interrupts off, as the
/// scheduler's do.
constexpr uint64_t kMostPreallocated = 16 << 20;

/// About what a hash table takes when it is full.
uint64_t full_size(const MapInfo& info, const Cpus& cpus) {
  constexpr uint64_t kHeader = 48; // struct htab_elem
  uint64_t copies = is_percpu_hash(info.kind) ? cpus.possible : 1;
  return info.max_entries * (kHeader + info.key.size + copies * info.value.size);
}

std::unexpected<Error> not_created(const MapInfo& info) {
  int number = errno;
  std::string hint;
  if (number == EPERM) hint = "creating BPF maps needs root, or CAP_BPF";
  if (number == ENOMEM || number == E2BIG)
    hint = "the kernel has no memory for it: it has room for " + std::to_string(info.max_entries) +
           (is_hash(info.kind) ? " keys" : " bytes");
  return errno_failure(number, "cannot create the map " + info.name, hint);
}

Result<Fd> create(const MapInfo& info, const MapSpec& spec) {
  Fd fd = create_map(spec);
  if (!fd) return not_created(info);
  return fd;
}

bpf_map_type hash_type(MapKind kind) {
  const bool per_cpu = is_percpu_hash(kind);
  if (is_lru(kind)) return per_cpu ? BPF_MAP_TYPE_LRU_PERCPU_HASH : BPF_MAP_TYPE_LRU_HASH;
  return per_cpu ? BPF_MAP_TYPE_PERCPU_HASH : BPF_MAP_TYPE_HASH;
}

Result<LoadedMap> create_generations(const MapInfo& info, const Cpus& cpus) {
  LoadedMap map;
  for (uint32_t i = 0; i < kLeastGenerations; ++i) {
    auto instance = create_instance(info, cpus);
    if (!instance) return std::unexpected(instance.error());
    map.instances.push_back(std::move(*instance));
  }
  auto outer = create(info, {.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
                             .name = info.name,
                             .key_size = sizeof(uint32_t),
                             .value_size = sizeof(uint32_t),
                             .max_entries = kLeastGenerations,
                             .inner_map = map.instances.front().get()});
  if (!outer) return std::unexpected(outer.error());
  map.fd = std::move(*outer);
  return map;
}

Result<LoadedMap> create_one(const MapInfo& info, const Cpus& cpus) {
  LoadedMap map;
  Result<Fd> fd;
  switch (info.kind) {
  case MapKind::slot:
  case MapKind::percpu_slot: return map;
  case MapKind::hash:
  case MapKind::percpu_hash:
  case MapKind::lru_hash:
  case MapKind::lru_percpu_hash:
    if (info.has_generations) return create_generations(info, cpus);
    fd = create_instance(info, cpus);
    break;
  case MapKind::percpu_array:
    fd = create(info, {.type = BPF_MAP_TYPE_PERCPU_ARRAY,
                       .name = info.name,
                       .key_size = sizeof(uint32_t),
                       .value_size = info.value.size,
                       .max_entries = std::max(1U, info.max_entries)});
    break;
  case MapKind::cpu_array:
    // As many as there are, not as many as the compiler knew of: an index beyond the end finds nothing.
    fd = create(info, {.type = BPF_MAP_TYPE_ARRAY,
                       .name = info.name,
                       .key_size = sizeof(uint32_t),
                       .value_size = info.value.size,
                       .max_entries = cpus.limit});
    break;
  case MapKind::events_ring:
  case MapKind::control_ring:
  case MapKind::stacks_ring:
    fd = create(info, {.type = BPF_MAP_TYPE_RINGBUF, .name = info.name, .max_entries = info.max_entries});
    break;
  }
  if (!fd) return std::unexpected(fd.error());
  map.fd = std::move(*fd);
  return map;
}

Result<void> create_data(const Manifest& manifest, LoadedMaps& maps) {
  MapInfo info{.name = "data", .key = {}, .value = {}, .max_entries = 1};
  auto fd = create(info, {.type = BPF_MAP_TYPE_ARRAY,
                          .name = "trc.data",
                          .key_size = sizeof(uint32_t),
                          .value_size = manifest.data_size,
                          .max_entries = 1,
                          .flags = BPF_F_MMAPABLE});
  if (!fd) return std::unexpected(fd.error());
  maps.data_fd = std::move(*fd);
  maps.data = Mapping::map(maps.data_fd.get(), manifest.data_size, PROT_READ | PROT_WRITE);
  if (!maps.data) return errno_failure(errno, "cannot map the data map into memory");
  return {};
}

/// Whether the slots and counters that the manifest promises lie inside the data map on this machine.
Result<void> check_data_layout(const Manifest& manifest, const Cpus& cpus) {
  auto inside = [&](uint64_t offset, uint64_t size) { return offset + size <= manifest.data_size; };
  bool fits = inside(0, sizeof(ControlWords)) &&
              inside(manifest.loss_offset, sizeof(uint64_t) * manifest.losses.size());
  for (const OptionInfo& option : manifest.options)
    fits = fits && inside(option.layout.offset, std::max<uint64_t>(sizeof option.number, option.layout.size));
  for (const MapInfo& map : manifest.maps) {
    uint64_t generations = map.has_generations ? generations_of(map) : 1;
    uint64_t copies = generations * (map.kind == MapKind::percpu_slot ? cpus.limit : 1);
    uint64_t used = map.value.size + (map.kind == MapKind::slot ? kSlotHeader : 0);
    if (is_slot(map.kind))
      fits = fits && used <= map.slot_stride && inside(map.slot_offset, copies * map.slot_stride);
    if (map.has_generations) fits = fits && inside(map.generation_offset, sizeof(GenerationWords));
  }
  if (fits) return {};
  return failure(ErrorKind::invalid,
                 "the compiled script does not fit this machine's " + std::to_string(cpus.limit) + " CPUs",
                 "compile it on this machine");
}

/// Runs on a thread of its own; what goes wrong shows in wait_until_filled().
void fill(int outer, std::array<int, kLeastGenerations> instances) {
  std::array<uint32_t, kLeastGenerations> keys;
  std::iota(keys.begin(), keys.end(), 0);
  uint32_t count = kLeastGenerations;
  // Kernels before 5.14 know no batches for arrays of maps: one wait for each instance there.
  if (bpf_map_update_batch(outer, keys.data(), instances.data(), &count, nullptr) == 0) return;
  for (uint32_t key : keys)
    if (bpf_map_update_elem(outer, &key, &instances[key], BPF_ANY) != 0) return;
}

void start_filler(LoadedMaps& maps, const LoadedMap& map) {
  std::array<int, kLeastGenerations> instances;
  for (size_t i = 0; i < instances.size(); ++i)
    instances[i] = map.instances[i].get();
  BlockedSignals blocked; // they are for the main thread, which waits for them
  maps.fillers.emplace_back(fill, map.fd.get(), instances);
}

} // namespace

Result<Cpus> count_cpus() {
  auto text = read_file("/sys/devices/system/cpu/possible");
  if (!text) return std::unexpected(text.error());
  auto numbers = parse_cpu_list(*text);
  if (!numbers) return std::unexpected(numbers.error());
  if (numbers->empty()) return failure(ErrorKind::invalid, "a machine without CPUs: " + *text);
  return Cpus{.possible = static_cast<unsigned>(numbers->size()), .limit = std::ranges::max(*numbers) + 1};
}

Result<Fd> create_instance(const MapInfo& info, const Cpus& cpus) {
  // LRU hashes have all their memory from the start: the kernel refuses anything else.
  bool on_demand =
      !is_lru(info.kind) && full_size(info, cpus) > kMostPreallocated && can_allocate_on_demand();
  return create(info, {.type = hash_type(info.kind),
                       .name = info.name,
                       .key_size = info.key.size,
                       .value_size = info.value.size,
                       .max_entries = info.max_entries,
                       .flags = on_demand ? uint32_t{BPF_F_NO_PREALLOC} : 0});
}

Result<LoadedMaps> create_maps(const Manifest& manifest) {
  LoadedMaps maps;
  auto cpus = count_cpus();
  if (!cpus) return std::unexpected(cpus.error());
  maps.cpus = *cpus;
  if (auto done = check_data_layout(manifest, *cpus); !done) return std::unexpected(done.error());
  if (auto done = create_data(manifest, maps); !done) return std::unexpected(done.error());
  for (const MapInfo& info : manifest.maps) {
    auto map = create_one(info, maps.cpus);
    if (!map) return std::unexpected(map.error());
    if (!map->instances.empty()) start_filler(maps, *map);
    maps.maps.push_back(std::move(*map));
  }
  return maps;
}

Result<void> wait_until_filled(const LoadedMaps& maps) {
  // An array of maps is read as the ids of its maps; an empty element gives ENOENT. A minute of waiting is
  // far beyond any grace period: then a filler has failed.
  uint32_t last = kLeastGenerations - 1, id = 0;
  for (const LoadedMap& map : maps.maps) {
    if (map.instances.empty()) continue;
    for (int attempt = 0; bpf_map_lookup_elem(map.fd.get(), &last, &id) != 0; ++attempt) {
      if (errno != ENOENT || attempt > 60 * 1000) return errno_failure(errno, "cannot fill an array of maps");
      if (attempt < 100)
        ::sched_yield();
      else
        ::usleep(1000);
    }
  }
  return {};
}

} // namespace trc::runtime
