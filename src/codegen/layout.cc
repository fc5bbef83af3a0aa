#include "codegen/layout.h"

#include <algorithm>
#include <bit>

#include "program/aggregation.h"
#include "program/format_spec.h"
#include "program/records.h"

namespace trc {
namespace {

constexpr uint32_t kCacheLine = 64;
constexpr uint32_t kPage = 4096;
constexpr uint32_t kRecordHeader = 8; // BPF_RINGBUF_HDR_SZ (include/uapi/linux/bpf.h)

uint32_t round_up(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

ValueKind value_kind(TypeKind kind) {
  switch (kind) {
  case TypeKind::none: return ValueKind::none;
  case TypeKind::boolean: return ValueKind::boolean;
  case TypeKind::integer: return ValueKind::integer;
  case TypeKind::pointer: return ValueKind::pointer;
  case TypeKind::string: return ValueKind::string;
  case TypeKind::tuple: return ValueKind::tuple;
  case TypeKind::array: return ValueKind::array;
  case TypeKind::buffer: return ValueKind::buffer;
  case TypeKind::structure: return ValueKind::structure;
  case TypeKind::count: return ValueKind::count;
  case TypeKind::sum: return ValueKind::sum;
  case TypeKind::min: return ValueKind::min;
  case TypeKind::max: return ValueKind::max;
  case TypeKind::avg: return ValueKind::avg;
  case TypeKind::hist: return ValueKind::hist;
  case TypeKind::lhist: return ValueKind::lhist;
  case TypeKind::stats: return ValueKind::stats;
  case TypeKind::quantile: return ValueKind::quantile;
  case TypeKind::tseries: return ValueKind::tseries;
  }
  return ValueKind::none;
}

/// The ring's size, a power of two: what the script sets, else by the number of CPUs that can write to it at
/// once, 1 MiB each, from 4 to 16 MiB. It is never so small that one of the events could not be sent at all.
uint32_t ring_bytes(const Settings& settings, unsigned cpus, uint32_t largest_event) {
  if (settings.perf_rb_pages > 0)
    return std::max<uint32_t>(std::bit_ceil(settings.perf_rb_pages) * kPage,
                              std::bit_ceil(largest_event + kRecordHeader));
  return std::clamp(std::bit_ceil(cpus), 4u, 16u) << 20;
}

/// What it takes in the ring at most, with the strings of variable length that come behind the rest.
uint32_t most_bytes(const EventInfo& event) {
  uint32_t bytes = event.fixed_size;
  for (const ValueLayout& field : event.fields)
    if (is_packed(field)) bytes += field.size + 1;
  return bytes;
}

constexpr uint32_t kControlRingBytes = 128 << 10;

MapInfo lay_out_map(const typed::Program& program, const typed::Map& map, unsigned cpus, uint32_t& data_end) {
  const TypeSource* types = program.types.get();
  const bool aggregates = map.value.is_aggregation();
  const bool keyed = !map.key.is_none();
  MapInfo info = {.name = map.name, .key = layout_of(types, map.key), .value = layout_of(types, map.value)};
  info.has_generations = map.is_cleared;
  info.kind = aggregates ? (keyed ? MapKind::percpu_hash : MapKind::percpu_slot)
                         : (keyed ? MapKind::hash : MapKind::slot);
  if (keyed) info.max_entries = program.settings.max_map_keys;
  if (keyed && map.declaration) {
    info.kind = map.declaration->kind;
    info.max_entries = map.declaration->entries;
  }
  if (info.has_generations) {
    info.generation_offset = data_end;
    data_end += sizeof(GenerationWords);
  }
  if (keyed) return info;
  data_end = round_up(data_end, kCacheLine);
  info.slot_offset = data_end;
  const uint32_t words = aggregates ? info.value.size : 8 + info.value.size;
  // CPUs that add to slots of their own must not share cache lines.
  info.slot_stride = round_up(words, aggregates ? kCacheLine : 8);
  data_end += info.slot_stride * (aggregates ? cpus : 1) * (info.has_generations ? generations_of(info) : 1);
  return info;
}

/// As many stacks as can be told from one another at once: keys of maps hold one or two each.
constexpr uint32_t kLeastStacks = 16384, kMostStacks = 1 << 20;
constexpr uint32_t kStacksRingBytes = 4 << 20;

void add_stack_maps(Manifest& manifest, const Settings& settings) {
  const auto stacks =
      static_cast<uint32_t>(std::clamp<uint64_t>(2 * settings.max_map_keys, kLeastStacks, kMostStacks));
  MapInfo known = {.name = kKnownStacks, .kind = MapKind::hash, .max_entries = stacks};
  known.key.size = sizeof(StackKey);
  known.value.size = sizeof(uint64_t);
  manifest.maps.push_back(std::move(known));
  manifest.maps.push_back(
      {.name = "new_stacks", .kind = MapKind::stacks_ring, .max_entries = kStacksRingBytes});
}

ScriptPlace place_of(Span span, const Sources& sources) {
  const Location at = sources.locate(span.begin);
  return {std::string(at.source), at.line, at.column};
}

/// Which of an event's fields are printed as what they are, not as a number in some base.
std::vector<bool> printed_as_text(const typed::Event& event) {
  std::vector<bool> as_text(event.fields.size(), true);
  auto pieces = has_format(event.kind) ? parse_format(event.format) : std::vector<FormatPiece>();
  size_t next = 0;
  auto take = [&](bool is_text) {
    if (next < as_text.size()) as_text[next++] = is_text;
  };
  for (const FormatPiece& piece : pieces.value_or(std::vector<FormatPiece>())) {
    if (piece.width_from_argument) take(false);
    if (piece.precision_from_argument) take(false);
    if (piece.conversion) take(piece.conversion == 's');
  }
  return as_text;
}

EventInfo lay_out_event(const TypeSource* types, const typed::Event& event, unsigned cpus,
                        const Sources& sources) {
  EventInfo info = {.kind = event.kind, .format = event.format};
  if (has_place(event.kind)) info.place = place_of(event.span, sources);
  const std::vector<bool> as_text = printed_as_text(event);
  uint32_t end = sizeof(EventHeader);
  for (size_t i = 0; i < event.fields.size(); ++i) {
    const Type& type = event.fields[i];
    const bool is_buffer = type.kind == TypeKind::buffer;
    const bool packed = (type.is_string() || is_buffer) && type.size > kInlineString;
    end = round_up(end, packed ? 4 : alignment(type));
    const bool is_number = type.is_enumeration() && !as_text[i];
    info.fields.push_back(layout_of(types, is_number ? integer_type(type.size, type.is_signed) : type, end));
    if (packed) info.fields.back().kind = is_buffer ? ValueKind::packed_buffer : ValueKind::packed_string;
    const uint32_t size = type.is_aggregation() ? cpus * info.fields.back().size : type.size;
    end += packed ? 4 : size;
  }
  info.fixed_size = round_up(end, 8);
  return info;
}

OptionInfo lay_out_option(const typed::Option& option, uint32_t& data_end) {
  data_end = round_up(data_end, 8);
  OptionInfo info = {.name = option.name,
                     .description = option.description,
                     .layout = layout_of(nullptr, option.type, data_end),
                     .number = option.number,
                     .text = option.text};
  data_end += option.type.is_string() ? option.type.size : 8;
  return info;
}

} // namespace

static void add_fields(ValueLayout& layout, const TypeSource& types, const Structure& structure) {
  for (const Field& field : structure.fields) {
    ValueLayout inner = layout_of(&types, field.type, field.offset);
    if (field.bits) {
      inner.first_bit = field.first_bit;
      inner.bits = field.bits;
      inner.size = (field.first_bit + field.bits + 7u) / 8; // what may lie outside the structure otherwise
    }
    layout.elements.push_back(std::move(inner));
    layout.names.push_back(field.name);
  }
}

ValueLayout layout_of(const TypeSource* types, const Type& type, uint32_t offset) {
  ValueLayout layout = {.kind = value_kind(type.kind),
                        .is_signed = type.is_signed,
                        .offset = offset,
                        .size = type.size,
                        .parameters = type.parameters,
                        .presentation = type.presentation};
  if (layout.kind == ValueKind::quantile) layout.parameters = {type.is_signed};
  if (type.is_aggregation()) layout.size = aggregation_size(layout.kind, layout.parameters);
  if (type.is_enumeration() && types) {
    if (const Enumeration* known = types->enumeration(type.name)) {
      layout.kind = ValueKind::enumeration;
      for (const Enumerator& one : known->values)
        layout.enumerators.push_back({one.value, one.name});
    }
  }
  if (type.kind == TypeKind::structure && types)
    if (const Structure* known = types->structure(type.name)) add_fields(layout, *types, *known);
  if (type.kind == TypeKind::array) layout.elements.push_back(layout_of(types, type.elements.front()));
  if (type.kind != TypeKind::tuple) return layout;
  layout.names = type.names;
  const auto offsets = element_offsets(type);
  for (size_t i = 0; i < offsets.size(); ++i)
    layout.elements.push_back(layout_of(types, type.elements[i], offsets[i]));
  return layout;
}

uint32_t loss_offset(const Manifest& manifest, size_t index) { return manifest.loss_offset + 8 * index; }

/// Counts events, on each CPU.
static MapInfo events_seen(unsigned cpus, uint32_t& data_end) {
  data_end = round_up(data_end, kCacheLine);
  MapInfo info = {.name = "seen", .kind = MapKind::percpu_slot};
  info.value = {.kind = ValueKind::count, .size = 8};
  info.slot_offset = data_end;
  info.slot_stride = kCacheLine;
  data_end += info.slot_stride * cpus;
  return info;
}

/// The ids of processes that --follow has come upon, with when they began.
static MapInfo followed_processes() {
  constexpr uint32_t kMostProcesses = 65536; // at the same time
  MapInfo info = {.name = kFollowed, .kind = MapKind::hash, .max_entries = kMostProcesses};
  info.key = {.kind = ValueKind::integer, .size = 8};
  info.value = {.kind = ValueKind::integer, .size = 8};
  return info;
}

Manifest lay_out(const typed::Program& program, const CodegenOptions& code_options) {
  const unsigned cpus = code_options.cpus;
  const Sources& sources = code_options.sources;
  Manifest manifest;
  uint32_t data_end = sizeof(ControlWords);
  for (const typed::Map& map : program.maps)
    manifest.maps.push_back(lay_out_map(program, map, cpus, data_end));
  if (code_options.counts_events) manifest.maps.push_back(events_seen(cpus, data_end));
  for (const typed::Option& option : program.options)
    manifest.options.push_back(lay_out_option(option, data_end));
  if (program.has_stacks) {
    manifest.own_frames_offset = data_end = round_up(data_end, 8);
    data_end += program.probes.size() * sizeof(OwnFrames);
  }
  manifest.texts = program.texts;
  manifest.missing_probes = program.settings.missing_probes;
  manifest.print_maps_on_exit = program.settings.print_maps_on_exit;
  manifest.str_trunc_trailer = program.settings.str_trunc_trailer;
  manifest.license = program.settings.license;
  manifest.max_cat_bytes = program.settings.max_cat_bytes;
  manifest.has_user_stacks = program.has_user_stacks;
  manifest.cpp_demangle = program.settings.cpp_demangle;
  manifest.log_size = program.settings.log_size;
  manifest.loss_offset = round_up(data_end, 8);
  for (const typed::Event& event : program.events)
    manifest.events.push_back(lay_out_event(program.types.get(), event, cpus, sources));
  manifest.actions = program.actions;
  uint32_t largest = 0;
  for (const EventInfo& event : manifest.events)
    largest = std::max(largest, most_bytes(event));
  if (!manifest.events.empty())
    manifest.maps.push_back({.name = "events",
                             .kind = MapKind::events_ring,
                             .max_entries = ring_bytes(program.settings, cpus, largest)});
  if (!manifest.actions.empty())
    manifest.maps.push_back(
        {.name = "control", .kind = MapKind::control_ring, .max_entries = kControlRingBytes});
  if (program.has_stacks) add_stack_maps(manifest, program.settings);
  if (code_options.follow) manifest.maps.push_back(followed_processes());
  return manifest;
}

void finish_layout(Manifest& manifest, unsigned cpus) {
  // Programs mask a CPU's number to a power of two, for the verifier: behind the last slot there must be
  // memory for the numbers that no CPU has.
  uint32_t widest = 0;
  for (const MapInfo& map : manifest.maps)
    widest = std::max(widest, map.slot_stride);
  manifest.data_size = loss_offset(manifest, manifest.losses.size()) + (std::bit_ceil(cpus) - cpus) * widest;
}

} // namespace trc
