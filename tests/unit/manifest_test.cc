// The manifest survives its trip through JSON unchanged, and damaged JSON is refused, not misread.
#include <gtest/gtest.h>
#include <limits>

#include "program/manifest.h"

namespace trc {
namespace {

ValueLayout integer(uint32_t offset, uint32_t size) {
  return {.kind = ValueKind::integer,
          .is_signed = true,
          .offset = offset,
          .size = size,
          .elements = {},
          .parameters = {}};
}

void add_events_and_settings(Manifest& manifest) {
  ValueLayout field = integer(4, 4);
  field.first_bit = 3;
  field.bits = 5;
  ValueLayout state = integer(8, 4);
  state.kind = ValueKind::enumeration;
  state.enumerators = {{-1, "NONE"}, {std::numeric_limits<int64_t>::max(), "ALL"}};
  ValueLayout record{
      .kind = ValueKind::structure, .size = 12, .elements = {field, state}, .names = {"a", ""}};
  manifest.events = {{EventKind::printf, "%d %s\n", {integer(8, 4)}, 12, {}},
                     {EventKind::time, "%H", {}, 8, {}},
                     {EventKind::errorf, "%s", {record}, 24, {"lib/\xff.trc", 3, 14}}};
  manifest.options = {
      {"depth", "how deep", integer(4096, 8), std::numeric_limits<uint64_t>::max(), ""},
      {"name", "", {.kind = ValueKind::string, .offset = 4104, .size = 64}, 0, "some \"text\""}};
  manifest.print_maps_on_exit = false;
  manifest.str_trunc_trailer = "";
  manifest.license = "Dual BSD/GPL";
  manifest.log_size = 1 << 20;
}

Manifest full_manifest() {
  Manifest manifest;
  manifest.source_name = "stdin";
  manifest.source_lines = {"begin { @x[1, \"a\"] = count(); }", "", "// \"quotes\" \\ and \t tabs \xc3\xa9"};
  ValueLayout tuple{.kind = ValueKind::tuple,
                    .is_signed = false,
                    .offset = 0,
                    .size = 24,
                    .elements = {integer(0, 8),
                                 {.kind = ValueKind::string,
                                  .is_signed = false,
                                  .offset = 8,
                                  .size = 16,
                                  .elements = {},
                                  .parameters = {}}},
                    .parameters = {}};
  ValueLayout lhist{
      .kind = ValueKind::lhist,
      .is_signed = false,
      .offset = 0,
      .size = 96,
      .elements = {},
      .parameters = {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), 10}};
  manifest.maps = {{"@x", MapKind::percpu_hash, tuple, lhist, 4096, true, 64, 128, 8},
                   {"", MapKind::events_ring, {}, {}, 1U << 31, false, 0, 0, 0}};
  add_events_and_settings(manifest);
  manifest.actions = {{ActionKind::print_map, 0, 5, std::numeric_limits<uint64_t>::max()},
                      {ActionKind::exit, 0, 0, 0}};
  manifest.losses = {{LossCause::ring_full, "tracepoint:syscalls:sys_enter_openat"},
                     {LossCause::map_full, "@x"}};
  ProgramInfo program;
  program.name = "p0";
  program.section = "trc/0";
  program.probe = "tracepoint:sched:*";
  program.type = ProgramType::tracepoint;
  program.attach_btf_id = 17;
  program.attachments = {
      {{"tracepoint", "sched:sched_switch", std::numeric_limits<uint64_t>::max()}, 3, {"a", "b"}},
      {{"begin", "", 0}, 0, {}}};
  manifest.programs = {program};
  manifest.data_size = 4096;
  return manifest;
}

Manifest round_trip(const Manifest& manifest) {
  auto back = from_json(to_json(manifest));
  EXPECT_TRUE(back.has_value()) << back.error().cause;
  return back.value_or(Manifest{});
}

TEST(Manifest, EmptyRoundTrip) { EXPECT_EQ(round_trip({}), Manifest{}); }

TEST(Manifest, DefaultsAreNotWritten) {
  std::string text = to_json({});
  for (const char* field : {"options", "print_maps_on_exit", "str_trunc_trailer", "license", "log_size"})
    EXPECT_EQ(text.find(field), std::string::npos) << field;
}

TEST(Manifest, FullRoundTrip) {
  Manifest manifest = full_manifest();
  EXPECT_EQ(round_trip(manifest), manifest);
  EXPECT_EQ(to_json(round_trip(manifest)), to_json(manifest));
}

template<class Enum, class Make> void expect_all_names(Enum last, Make make) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    Manifest manifest = make(static_cast<Enum>(i));
    EXPECT_EQ(round_trip(manifest), manifest) << i;
  }
}

TEST(Manifest, EveryEnumeratorHasAName) {
  expect_all_names(ValueKind::tseries, [](ValueKind kind) {
    Manifest manifest;
    manifest.maps.emplace_back().value.kind = kind;
    return manifest;
  });
  expect_all_names(MapKind::stacks_ring, [](MapKind kind) {
    Manifest manifest;
    manifest.maps.emplace_back().kind = kind;
    return manifest;
  });
  expect_all_names(EventKind::warnf, [](EventKind kind) {
    Manifest manifest;
    manifest.events.emplace_back().kind = kind;
    return manifest;
  });
  expect_all_names(ActionKind::exit, [](ActionKind kind) {
    Manifest manifest;
    manifest.actions.emplace_back().kind = kind;
    return manifest;
  });
  expect_all_names(LossCause::loop_limit, [](LossCause cause) {
    Manifest manifest;
    manifest.losses.emplace_back().cause = cause;
    return manifest;
  });
  expect_all_names(ProgramType::perf_event, [](ProgramType type) {
    Manifest manifest;
    manifest.programs.emplace_back().type = type;
    return manifest;
  });
}

TEST(Manifest, AnyBytesInStrings) {
  Manifest manifest;
  manifest.source_lines = {"\xff\xfe", std::string("a\0b", 3), "\xed\xa0\x80", "{\"bytes\": [1]}", "\xc3"};
  for (int c = 0; c < 256; ++c)
    manifest.source_lines.emplace_back(1, static_cast<char>(c));
  EXPECT_EQ(round_trip(manifest), manifest);
}

std::string refusal(const std::string& text) {
  auto manifest = from_json(text);
  return manifest ? "accepted" : manifest.error().cause;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(Manifest, RefusesDamage) {
  std::string good = to_json(full_manifest());
  EXPECT_EQ(refusal(""), "the manifest is not JSON");
  EXPECT_EQ(refusal("{"), "the manifest is not JSON");
  EXPECT_EQ(refusal("[]"), "the manifest is damaged: not an object");
  EXPECT_EQ(refusal("{}"), "the manifest is damaged: `source_name` is missing");
  EXPECT_EQ(refusal(replaced(good, "\"data_size\": 4096", "\"data_size\": 4294967296")),
            "the manifest is damaged: data_size: not an integer of its range");
  EXPECT_EQ(refusal(replaced(good, "\"data_size\": 4096", "\"data_size\": -1")),
            "the manifest is damaged: data_size: not an integer of its range");
  EXPECT_EQ(refusal(replaced(good, "\"data_size\": 4096", "\"data_size\": 1.5")),
            "the manifest is damaged: data_size: not an integer of its range");
  EXPECT_EQ(refusal(replaced(good, "\"percpu_hash\"", "\"trie\"")),
            "the manifest is damaged: maps: kind: not a known name");
  EXPECT_EQ(refusal(replaced(good, "\"data_size\"", "\"more\": 1, \"data_size\"")),
            "the manifest is damaged: it has an unknown field");
}

TEST(Manifest, RefusesEndlessNesting) {
  Manifest manifest;
  ValueLayout layout;
  for (int i = 0; i < 100; ++i) {
    ValueLayout outer{.kind = ValueKind::tuple,
                      .is_signed = false,
                      .offset = 0,
                      .size = 0,
                      .elements = {},
                      .parameters = {}};
    outer.elements.push_back(std::move(layout));
    layout = std::move(outer);
  }
  manifest.maps.emplace_back().key = layout;
  EXPECT_NE(refusal(to_json(manifest)).find("nested too deep"), std::string::npos);
}

TEST(Manifest, PlacesAreInTheTextThatTheirLineIsOf) {
  Manifest manifest = {.source_name = "script.trc", .source_lines = {"a", "b", "c", "d", "e"}};
  manifest.imported = {{"first.bt", 2}, {"second.bt", 4}};
  auto place = [&](uint32_t line) { return place_of(manifest, line, 3); };
  EXPECT_EQ(place(2), (ScriptPlace{"script.trc", 2, 3}));
  EXPECT_EQ(place(3), (ScriptPlace{"first.bt", 1, 3}));
  EXPECT_EQ(place(4), (ScriptPlace{"first.bt", 2, 3}));
  EXPECT_EQ(place(5), (ScriptPlace{"second.bt", 1, 3}));
}

} // namespace
} // namespace trc
