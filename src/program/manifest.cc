// The manifest as JSON and back. Each struct names its fields once, in fields(); the writer and the reader
// both walk that list, so that one can't know a field that the other does not. Fields marked optional are
// left out when they hold their default. How the text is laid out is pretty_json.cc's.
#include "program/manifest.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <span>
#include <type_traits>

#include "base/check.h"
#include "base/utf8.h"
#include "program/pretty_json.h"
#include "program/records.h"

namespace trc {
namespace {

using Json = nlohmann::ordered_json;

// ---- Names of enumerators: one table each

template<class Enum> struct Name {
  Enum value;
  const char* text;
};

constexpr Name<ValueKind> kValueKinds[] = {
    {ValueKind::none, "none"},
    {ValueKind::boolean, "boolean"},
    {ValueKind::integer, "integer"},
    {ValueKind::pointer, "pointer"},
    {ValueKind::string, "string"},
    {ValueKind::packed_string, "packed_string"},
    {ValueKind::packed_buffer, "packed_buffer"},
    {ValueKind::tuple, "tuple"},
    {ValueKind::enumeration, "enumeration"},
    {ValueKind::array, "array"},
    {ValueKind::buffer, "buffer"},
    {ValueKind::structure, "structure"},
    {ValueKind::count, "count"},
    {ValueKind::sum, "sum"},
    {ValueKind::min, "min"},
    {ValueKind::max, "max"},
    {ValueKind::avg, "avg"},
    {ValueKind::hist, "hist"},
    {ValueKind::lhist, "lhist"},
    {ValueKind::stats, "stats"},
    {ValueKind::quantile, "quantile"},
    {ValueKind::tseries, "tseries"},
};
constexpr Name<Presentation> kPresentations[] = {
    {Presentation::none, "none"},
#define PRESENTATION(id, spelling) {Presentation::id, #id},
#include "program/presentations.def"
#undef PRESENTATION
};
constexpr Name<MapKind> kMapKinds[] = {
    {MapKind::hash, "hash"},
    {MapKind::percpu_hash, "percpu_hash"},
    {MapKind::lru_hash, "lru_hash"},
    {MapKind::lru_percpu_hash, "lru_percpu_hash"},
    {MapKind::slot, "slot"},
    {MapKind::percpu_slot, "percpu_slot"},
    {MapKind::percpu_array, "percpu_array"},
    {MapKind::cpu_array, "cpu_array"},
    {MapKind::events_ring, "events_ring"},
    {MapKind::control_ring, "control_ring"},
    {MapKind::stacks_ring, "stacks_ring"},
};
constexpr Name<EventKind> kEventKinds[] = {
    {EventKind::printf, "printf"},
    {EventKind::print_value, "print_value"},
    {EventKind::print_scalar, "print_scalar"},
    {EventKind::time, "time"},
    {EventKind::errorf, "errorf"},
    {EventKind::warnf, "warnf"},
    {EventKind::cat, "cat"},
    {EventKind::system, "system"},
    {EventKind::join, "join"},
    {EventKind::packet, "packet"},
};
constexpr Name<ActionKind> kActionKinds[] = {
    {ActionKind::print_map, "print_map"},
    {ActionKind::clear_map, "clear_map"},
    {ActionKind::exit, "exit"},
};
constexpr Name<LossCause> kLossCauses[] = {
#define LOSS(id, what, cause) {LossCause::id, #id},
#include "program/losses.def"
#undef LOSS
};
constexpr Name<ProgramType> kProgramTypes[] = {
    {ProgramType::raw_tracepoint, "raw_tracepoint"},
    {ProgramType::btf_tracepoint, "btf_tracepoint"},
    {ProgramType::fentry, "fentry"},
    {ProgramType::fexit, "fexit"},
    {ProgramType::tracepoint, "tracepoint"},
    {ProgramType::perf_event, "perf_event"},
    {ProgramType::kprobe, "kprobe"},
    {ProgramType::kprobe_multi, "kprobe_multi"},
    {ProgramType::uprobe_multi, "uprobe_multi"},
    {ProgramType::iterator, "iterator"},
};

std::span<const Name<ValueKind>> names(ValueKind) { return kValueKinds; }
std::span<const Name<Presentation>> names(Presentation) { return kPresentations; }
std::span<const Name<MapKind>> names(MapKind) { return kMapKinds; }
std::span<const Name<EventKind>> names(EventKind) { return kEventKinds; }
std::span<const Name<ActionKind>> names(ActionKind) { return kActionKinds; }
std::span<const Name<LossCause>> names(LossCause) { return kLossCauses; }
std::span<const Name<ProgramType>> names(ProgramType) { return kProgramTypes; }

// ---- The fields of each struct

template<class Archive> void fields(Archive& archive, EnumeratorName& enumerator) {
  archive("value", enumerator.value);
  archive("name", enumerator.name);
}

template<class Archive> void fields(Archive& archive, ValueLayout& layout) {
  archive("kind", layout.kind);
  archive.optional("is_signed", layout.is_signed);
  archive.optional("offset", layout.offset);
  archive.optional("size", layout.size);
  archive.optional("first_bit", layout.first_bit);
  archive.optional("bits", layout.bits);
  archive.optional("elements", layout.elements);
  archive.optional("names", layout.names);
  archive.optional("enumerators", layout.enumerators);
  archive.optional("parameters", layout.parameters);
  archive.optional("presentation", layout.presentation);
}

template<class Archive> void fields(Archive& archive, AttachSpec& spec) {
  archive("provider", spec.provider);
  archive("target", spec.target);
  archive.optional("value", spec.value);
  archive.optional("semaphore", spec.semaphore);
}

template<class Archive> void fields(Archive& archive, MapInfo& map) {
  archive("name", map.name);
  archive("kind", map.kind);
  archive("key", map.key);
  archive("value", map.value);
  archive.optional("max_entries", map.max_entries);
  archive.optional("has_generations", map.has_generations);
  archive.optional("generation_offset", map.generation_offset);
  archive.optional("slot_offset", map.slot_offset);
  archive.optional("slot_stride", map.slot_stride);
}

template<class Archive> void fields(Archive& archive, ScriptPlace& place) {
  archive("file", place.file);
  archive("line", place.line);
  archive("column", place.column);
}

template<class Archive> void fields(Archive& archive, EventInfo& event) {
  archive("kind", event.kind);
  archive("format", event.format);
  archive("fields", event.fields);
  archive("fixed_size", event.fixed_size);
  archive.optional("place", event.place);
}

template<class Archive> void fields(Archive& archive, ActionInfo& action) {
  archive("kind", action.kind);
  archive.optional("map", action.map);
  archive.optional("top", action.top);
  archive.optional("divisor", action.divisor);
}

template<class Archive> void fields(Archive& archive, LossInfo& loss) {
  archive("cause", loss.cause);
  archive("place", loss.place);
}

template<class Archive> void fields(Archive& archive, ImportedSource& source) {
  archive("name", source.name);
  archive("first", source.first);
}

template<class Archive> void fields(Archive& archive, OptionInfo& option) {
  archive("name", option.name);
  archive.optional("description", option.description);
  archive("layout", option.layout);
  archive.optional("number", option.number);
  archive.optional("text", option.text);
}

template<class Archive> void fields(Archive& archive, Attachment& attachment) {
  archive("spec", attachment.spec);
  archive.optional("cookie", attachment.cookie);
  archive("probes", attachment.probes);
}

template<class Archive> void fields(Archive& archive, ProgramInfo& program) {
  archive("name", program.name);
  archive("section", program.section);
  archive("probe", program.probe);
  archive("type", program.type);
  archive.optional("attach_btf_id", program.attach_btf_id);
  archive.optional("attach_module", program.attach_module);
  archive("attachments", program.attachments);
}

template<class Archive> void fields(Archive& archive, Manifest& manifest) {
  archive("source_name", manifest.source_name);
  archive("source_lines", manifest.source_lines);
  archive.optional("imported", manifest.imported);
  archive("maps", manifest.maps);
  archive("events", manifest.events);
  archive("actions", manifest.actions);
  archive("losses", manifest.losses);
  archive("programs", manifest.programs);
  const Manifest standard;
  archive.optional("options", manifest.options);
  archive.optional("texts", manifest.texts);
  archive.optional("missing_probes", manifest.missing_probes, standard.missing_probes);
  archive.optional("print_maps_on_exit", manifest.print_maps_on_exit, standard.print_maps_on_exit);
  archive.optional("str_trunc_trailer", manifest.str_trunc_trailer, standard.str_trunc_trailer);
  archive.optional("license", manifest.license, standard.license);
  archive.optional("max_cat_bytes", manifest.max_cat_bytes, standard.max_cat_bytes);
  archive.optional("own_frames_offset", manifest.own_frames_offset, standard.own_frames_offset);
  archive.optional("reads_child", manifest.reads_child, standard.reads_child);
  archive.optional("has_user_stacks", manifest.has_user_stacks, standard.has_user_stacks);
  archive.optional("cpp_demangle", manifest.cpp_demangle, standard.cpp_demangle);
  archive.optional("log_size", manifest.log_size, standard.log_size);
  archive("loss_offset", manifest.loss_offset);
  archive("data_size", manifest.data_size);
}

// ---- Writing

// A script may hold any bytes, JSON text only valid UTF-8: what is not goes as an object that no other string
// gives.
constexpr const char* kBytesKey = "bytes";

Json write(const std::string& text) {
  if (is_utf8(text)) return text;
  Json bytes = Json::array();
  for (char c : text)
    bytes.push_back(static_cast<unsigned char>(c));
  return Json{{kBytesKey, std::move(bytes)}};
}

template<class T>
requires std::is_arithmetic_v<T> Json write(T value) { return value; }

template<class T>
requires std::is_enum_v<T> Json write(T value) {
  for (const auto& name : names(T{})) {
    if (name.value == value) return name.text;
  }
  TRC_CHECK(false, "an enumerator without a name in manifest.cc");
}

template<class T>
requires std::is_class_v<T> Json write(const T& value);

template<class T> Json write(const std::vector<T>& list) {
  Json array = Json::array();
  for (const T& element : list)
    array.push_back(write(element));
  return array;
}

struct Writer {
  Json object = Json::object();

  template<class T> void operator()(const char* name, const T& value) { object[name] = write(value); }
  template<class T> void optional(const char* name, const T& value, const T& standard = {}) {
    if (!(value == standard)) object[name] = write(value);
  }
};

template<class T>
requires std::is_class_v<T> Json write(const T& value) {
  Writer writer;
  fields(writer, const_cast<T&>(value)); // the writer only reads
  return std::move(writer.object);
}

// ---- Reading. Bad stands for the first thing that is not as it must be; it never leaves this file.

struct Bad {
  std::string cause;
};

constexpr int kMaxDepth = 32; // nested tuples in a manifest that somebody made up

void read(const Json& json, std::string& text, int) {
  if (json.is_string()) {
    text = json.get<std::string>();
    return;
  }
  if (!json.is_object() || json.size() != 1 || !json.contains(kBytesKey)) throw Bad{"not a string"};
  const Json& bytes = json[kBytesKey];
  if (!bytes.is_array()) throw Bad{"not a list of bytes"};
  text.clear();
  for (const Json& byte : bytes) {
    if (!byte.is_number_unsigned() || byte.get<uint64_t>() > 255) throw Bad{"not a byte"};
    text += static_cast<char>(byte.get<uint64_t>());
  }
}

void read(const Json& json, bool& value, int) {
  if (!json.is_boolean()) throw Bad{"not true or false"};
  value = json.get<bool>();
}

template<class T>
requires std::is_integral_v<T>
void read(const Json& json, T& value, int) {
  bool fits = json.is_number_unsigned()  ? std::in_range<T>(json.get<uint64_t>())
              : json.is_number_integer() ? std::in_range<T>(json.get<int64_t>())
                                         : false;
  if (!fits) throw Bad{"not an integer of its range"};
  value = json.get<T>();
}

template<class T>
requires std::is_enum_v<T>
void read(const Json& json, T& value, int) {
  for (const auto& name : names(T{})) {
    if (json.is_string() && json.get_ref<const std::string&>() == name.text) {
      value = name.value;
      return;
    }
  }
  throw Bad{"not a known name"};
}

template<class T>
requires std::is_class_v<T>
void read(const Json& json, T& value, int depth);

template<class T> void read(const Json& json, std::vector<T>& list, int depth) {
  if (!json.is_array()) throw Bad{"not a list"};
  list.reserve(json.size());
  for (const Json& element : json)
    read(element, list.emplace_back(), depth);
}

struct Reader {
  const Json& object;
  int depth;
  size_t seen = 0;

  template<class T> void operator()(const char* name, T& value) {
    if (!object.contains(name)) throw Bad{std::string("`") + name + "` is missing"};
    optional(name, value);
  }
  template<class T> void optional(const char* name, T& value, const T& = {}) {
    auto found = object.find(name);
    if (found == object.end()) return;
    ++seen;
    try {
      read(*found, value, depth + 1);
    } catch (Bad& bad) {
      throw Bad{std::string(name) + ": " + bad.cause};
    }
  }
};

template<class T>
requires std::is_class_v<T>
void read(const Json& json, T& value, int depth) {
  if (depth > kMaxDepth) throw Bad{"nested too deep"};
  if (!json.is_object()) throw Bad{"not an object"};
  Reader reader{json, depth};
  fields(reader, value);
  // A field that this version does not know may change what the others mean.
  if (reader.seen != json.size()) throw Bad{"it has an unknown field"};
}

} // namespace

uint32_t generations_of(const MapInfo& map) {
  constexpr uint32_t kMostMemory = 32 << 10; // on one CPU
  if (!is_slot(map.kind)) return kLeastGenerations;
  return std::clamp(std::bit_floor(kMostMemory / std::max(1U, map.slot_stride)), kLeastGenerations,
                    kMostGenerations);
}

ScriptPlace place_of(const Manifest& manifest, uint32_t line, uint32_t column) {
  ScriptPlace place = {manifest.source_name, line, column};
  for (const ImportedSource& source : manifest.imported)
    if (line > source.first) place = {source.name, line - source.first, column};
  return place;
}

std::string to_json(const Manifest& manifest) { return pretty_json(write(manifest)); }

Result<Manifest> from_json(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return failure(ErrorKind::invalid, "the manifest is not JSON");
  try {
    Manifest manifest;
    read(json, manifest, 0);
    return manifest;
  } catch (const Bad& bad) {
    return failure(ErrorKind::invalid, "the manifest is damaged: " + bad.cause);
  }
}

} // namespace trc
