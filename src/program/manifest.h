// The contract between compiler and run time: next to the object's bytes, all that the session must know to
// load, attach, decode and print. Plain data, determined by the source and the Kernel; to_json() and
// from_json() are exact inverses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "program/value_layout.h"

namespace trc {

/// What a provider's attach half needs to attach one program once. The provider alone gives target and value
/// a meaning (probes/PROVIDER/attach.cc).
struct AttachSpec {
  std::string provider;
  std::string target;
  uint64_t value = 0;
  uint64_t semaphore =
      0; ///< usdt: where in the file a counter is that tells it that somebody listens; 0: none

  bool operator==(const AttachSpec&) const = default;
};

enum class MapKind : uint8_t {
  hash,            ///< BPF_MAP_TYPE_HASH
  percpu_hash,     ///< BPF_MAP_TYPE_PERCPU_HASH: keyed aggregations
  lru_hash,        ///< BPF_MAP_TYPE_LRU_HASH; the least recently used keys make room for new ones
  lru_percpu_hash, ///< BPF_MAP_TYPE_LRU_PERCPU_HASH
  slot,            ///< no map of its own: one value in the data map (scalar, not an aggregation)
  percpu_slot,     ///< one value for each possible CPU in the data map (scalar aggregation)
  percpu_array,    ///< one element a CPU: a program's scratch memory; never printed
  cpu_array,       ///< BPF_MAP_TYPE_ARRAY, one element a CPU: scratch memory of more than 32 KiB
  events_ring,     ///< BPF_MAP_TYPE_RINGBUF, records EventHeader
  control_ring,    ///< BPF_MAP_TYPE_RINGBUF, records ControlRecord
  stacks_ring,     ///< BPF_MAP_TYPE_RINGBUF, records StackRecord
};

inline bool is_lru(MapKind kind) { return kind == MapKind::lru_hash || kind == MapKind::lru_percpu_hash; }
inline bool is_percpu_hash(MapKind kind) {
  return kind == MapKind::percpu_hash || kind == MapKind::lru_percpu_hash;
}
inline bool is_hash(MapKind kind) { return kind == MapKind::hash || is_percpu_hash(kind) || is_lru(kind); }
inline bool is_slot(MapKind kind) { return kind == MapKind::slot || kind == MapKind::percpu_slot; }

/// A map of the script, or one that the compiler needs itself (name without `@`). The object refers to the
/// map with index N by the undefined symbol "map.N"; to the data map by "data".
struct MapInfo {
  std::string name; ///< "@x"
  MapKind kind = MapKind::hash;
  ValueLayout key; ///< kind none: a scalar
  ValueLayout value;
  uint32_t max_entries = 0; ///< hashes: keys; rings: bytes
  /// Cleared by the script: there are generations_of() instances. Hashes then stand in an array of maps, to
  /// which "map.N" refers; slots lie one after the other.
  bool has_generations = false;
  uint32_t generation_offset = 0; ///< of its GenerationWords in the data map
  /// Slots: offset in the data map of CPU 0 of generation 0. Each slot is {u64 is_set, value} for `slot`, and
  /// the aggregation's words for `percpu_slot`; slot_stride bytes separate two CPUs, and slot_stride * (CPUs
  /// for percpu_slot, else 1) two generations.
  uint32_t slot_offset = 0;
  uint32_t slot_stride = 0;

  bool operator==(const MapInfo&) const = default;
};

/// How many instances of a map there are that the script clears, a power of two: those of slots cost little,
/// so that there are more of them, as long as they are small.
uint32_t generations_of(const MapInfo& map);

enum class EventKind : uint8_t {
  printf,
  print_value,
  print_scalar,
  time,
  errorf,
  warnf,
  cat,    ///< prints a file
  system, ///< runs a command
  join,   ///< fields: strings, each with its NUL, as a buffer; how many there were, up to 17
  packet, ///< fields: nanoseconds since boot, bytes that the packet has, the first of these bytes
};

/// Where something stands in the script or in what it imports, as people count.
struct ScriptPlace {
  std::string file;
  uint32_t line = 0, column = 0;

  bool operator==(const ScriptPlace&) const = default;
};

struct EventInfo {
  EventKind kind = EventKind::printf;
  /// printf, errorf, warnf, cat, system: the format; time: the strftime format; print_scalar: the map's name;
  /// join: what stands between the strings; packet: the file
  std::string format;
  std::vector<ValueLayout> fields; ///< offsets from the start of the record, header included
  /// Bytes of header and fixed part; packed strings follow. An aggregation is the only field of its event,
  /// and there once for each CPU.
  uint32_t fixed_size = 0;
  ScriptPlace place; ///< of the call, if its handling can have something to say

  bool operator==(const EventInfo&) const = default;
};

/// Whether EventInfo::format is one of printf's.
constexpr bool has_format(EventKind kind) {
  return kind == EventKind::printf || kind == EventKind::errorf || kind == EventKind::warnf ||
         kind == EventKind::cat || kind == EventKind::system;
}
/// Whether its place is kept.
constexpr bool has_place(EventKind kind) {
  return kind == EventKind::errorf || kind == EventKind::warnf || kind == EventKind::cat ||
         kind == EventKind::system || kind == EventKind::packet;
}

enum class ActionKind : uint8_t { print_map, clear_map, exit };

struct ActionInfo {
  ActionKind kind = ActionKind::exit;
  uint32_t map = 0;     ///< index in Manifest::maps
  uint64_t top = 0;     ///< print_map: only the last `top` entries; 0 = all
  uint64_t divisor = 0; ///< print_map: values are divided by it; 0 = not

  bool operator==(const ActionInfo&) const = default;
};

enum class LossCause : uint8_t {
#define LOSS(id, what, cause) id,
#include "program/losses.def"
#undef LOSS
};

/// A counter in the data map, at Manifest::loss_offset + 8 * its index: how often something was lost, and
/// where.
struct LossInfo {
  LossCause cause = LossCause::ring_full;
  std::string place; ///< the attach points as written, the map's name, or `FILE:LINE:COLUMN`

  bool operator==(const LossInfo&) const = default;
};

/// An option that the script declares with getopt(): `trc script.trc -- --NAME=VALUE`. The session writes its
/// value to the data map before anything runs: a u64, or `layout.size` bytes of a string padded with NUL.
struct OptionInfo {
  std::string name, description;
  ValueLayout layout;  ///< boolean, integer or string; its offset is the place in the data map
  uint64_t number = 0; ///< the value if it is not given
  std::string text;    ///< of a string

  bool operator==(const OptionInfo&) const = default;
};

/// Kernel program types that trc uses, independent of the kernel's numbers.
enum class ProgramType : uint8_t {
  raw_tracepoint, ///< BPF_PROG_TYPE_RAW_TRACEPOINT: begin, end and interval, run by the session through test
                  ///< run
  btf_tracepoint, ///< BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP
  fentry,         ///< BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY
  fexit,          ///< BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT
  tracepoint,     ///< BPF_PROG_TYPE_TRACEPOINT
  perf_event,     ///< BPF_PROG_TYPE_PERF_EVENT
  kprobe,         ///< BPF_PROG_TYPE_KPROBE: kprobes and uprobes; the context is the registers
  kprobe_multi,   ///< BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI: one link for all attachments
  uprobe_multi,   ///< BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI: one link for all attachments in a file
  iterator,       ///< BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER
};

/// A text besides the script that code comes from: an imported script, a part of the library.
struct ImportedSource {
  std::string name;
  uint32_t first = 0; ///< index of its first line in Manifest::source_lines

  bool operator==(const ImportedSource&) const = default;
};

/// What a program is for: a run traces, tests (`--test`) or measures (`--bench`).
enum class Purpose : uint8_t { any, tracing, test, benchmark };

/// One attachment of a program. `name` is what `probe` gives; the cookie is handed to the program where the
/// link type allows it.
struct Attachment {
  AttachSpec spec;
  uint64_t cookie = 0;
  /// Names of the probes that this one attachment serves: more than one where a program tells them apart
  /// itself.
  std::vector<std::string> probes;

  bool operator==(const Attachment&) const = default;
};

/// Whether all attachments of a program are made in one go.
constexpr bool attaches_together(ProgramType type) {
  return type == ProgramType::kprobe_multi || type == ProgramType::uprobe_multi;
}

struct ProgramInfo {
  std::string name;    ///< at most 15 bytes, unique; shown by bpftool
  std::string section; ///< ELF section that holds its code
  std::string probe;   ///< the attach points as written, for messages
  ProgramType type = ProgramType::raw_tracepoint;
  uint32_t attach_btf_id = 0; ///< btf_tracepoint, fentry, fexit, iterator
  /// Whose BTF the id is of: a module, or "program ID" for a BPF program; "" is the kernel itself.
  std::string attach_module;
  std::vector<Attachment> attachments;

  bool operator==(const ProgramInfo&) const = default;
};

struct Manifest {
  std::string source_name;
  /// Of the script, then of each of `imported`, in its order: for messages at load and run time.
  std::vector<std::string> source_lines;
  std::vector<ImportedSource> imported;
  std::vector<MapInfo> maps;
  std::vector<EventInfo> events;
  std::vector<ActionInfo> actions;
  std::vector<LossInfo> losses;
  std::vector<ProgramInfo> programs;
  std::vector<OptionInfo> options;
  std::vector<std::string> texts; ///< that values and events name by index: formats, filters, paths
  /// What is done about attach points that can't be attached: "error", "warn" or "ignore".
  std::string missing_probes = "error";
  bool print_maps_on_exit = true;
  std::string str_trunc_trailer = "..";
  std::string license = "GPL";
  uint64_t max_cat_bytes = 10240; ///< that cat() prints of a file
  bool has_user_stacks = false;   ///< stacks or addresses of user space are sent
  bool reads_child = false;       ///< the id of -c's process is asked for
  bool cpp_demangle = true;       ///< names of C++ as their source has them
  uint64_t log_size = 1000000;    ///< bytes of the verifier's log
  uint32_t own_frames_offset = 0; ///< of an OwnFrames for each program; 0: the script has no stacks
  uint32_t loss_offset = 0;       ///< of the first loss counter in the data map
  uint32_t data_size = 0;         ///< bytes of the data map

  bool operator==(const Manifest&) const = default;
};

/// `line` counts Manifest::source_lines from 1, as the line table of the object does; the place counts those
/// of the text that the line is of.
ScriptPlace place_of(const Manifest& manifest, uint32_t line, uint32_t column);

/// Pretty-printed, keys in a fixed order.
std::string to_json(const Manifest& manifest);
Result<Manifest> from_json(const std::string& text);

/// What the compiler hands to the session.
struct CompiledProgram {
  std::string object; ///< bytes of a relocatable BPF ELF file
  Manifest manifest;
};

} // namespace trc
