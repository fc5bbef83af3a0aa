// What is printed of a map: CPUs added up, order, top, divisor.
#include "runtime/map_view.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "program/aggregation.h"

namespace trc::runtime {
namespace {

ValueLayout number(bool is_signed = true) {
  return {.kind = ValueKind::integer, .is_signed = is_signed, .size = 8, .elements = {}, .parameters = {}};
}
ValueLayout aggregation(ValueKind kind, bool is_signed = true, std::vector<int64_t> parameters = {}) {
  uint32_t size = aggregation_size(kind, parameters);
  return {.kind = kind,
          .is_signed = is_signed,
          .size = size,
          .elements = {},
          .parameters = std::move(parameters)};
}
ValueLayout text(uint32_t size) {
  return {.kind = ValueKind::string, .size = size, .elements = {}, .parameters = {}};
}
MapInfo map_of(ValueLayout key, ValueLayout value) {
  return {.name = "@x", .kind = MapKind::percpu_hash, .key = std::move(key), .value = std::move(value)};
}

void append(std::vector<std::byte>& bytes, uint64_t word) {
  auto* from = reinterpret_cast<const std::byte*>(&word);
  bytes.insert(bytes.end(), from, from + sizeof word);
}

/// Entries with one word as key, and for each CPU `words` of value.
struct Builder {
  RawMap raw;

  explicit Builder(size_t cpus, size_t words = 1) {
    raw.key_size = 8;
    raw.stride = words * 8;
    raw.copies = cpus;
  }
  Builder& add(int64_t key, const std::vector<int64_t>& words) {
    append(raw.keys, static_cast<uint64_t>(key));
    for (int64_t word : words)
      append(raw.values, static_cast<uint64_t>(word));
    ++raw.count;
    return *this;
  }
};

std::string show(const output::Value& value) {
  if (auto* number = std::get_if<int64_t>(&value.data)) return std::to_string(*number);
  if (auto* number = std::get_if<uint64_t>(&value.data)) return std::to_string(*number) + "u";
  if (auto* string = std::get_if<std::string>(&value.data)) return *string;
  if (auto* histogram = std::get_if<output::Histogram>(&value.data)) {
    std::string rows;
    for (const auto& row : histogram->rows)
      rows += "[" + (row.low ? std::to_string(*row.low) : "") + "," +
              (row.high ? std::to_string(*row.high) : "") + ")=" + std::to_string(row.count) + " ";
    return rows;
  }
  return "-";
}

std::string show(const output::MapView& view) {
  std::string all;
  for (const auto& entry : view.entries)
    all += show(entry.key) + ":" + show(entry.value) + " ";
  return all;
}

TEST(MapView, AddsUpCpus) {
  EXPECT_EQ(show(make_view(map_of(number(), aggregation(ValueKind::count, false)),
                           Builder(3).add(1, {1, 2, 3}).add(2, {0, 5, 0}).raw, {})),
            "2:5u 1:6u ");
  EXPECT_EQ(
      show(make_view(map_of(number(), aggregation(ValueKind::sum)), Builder(2).add(1, {-9, 2}).raw, {})),
      "1:-7 ");
}

/// {merit, is_set} of each value; nothing of a CPU that has seen none.
std::vector<int64_t> extremes(const std::vector<std::optional<int64_t>>& values, bool is_signed,
                              bool is_max) {
  std::vector<int64_t> words;
  for (const auto& value : values) {
    words.push_back(value ? static_cast<int64_t>(merit_of(static_cast<uint64_t>(*value), is_signed, is_max))
                          : 0);
    words.push_back(value.has_value());
  }
  return words;
}

TEST(MapView, MinAndMaxOnlyOfCpusThatAreSet) {
  auto shown = [](ValueKind kind, bool is_signed, const std::vector<std::optional<int64_t>>& values) {
    auto words = extremes(values, is_signed, kind == ValueKind::max);
    return show(make_view(map_of(number(), aggregation(kind, is_signed)),
                          Builder(values.size(), 2).add(1, words).raw, {}));
  };
  EXPECT_EQ(shown(ValueKind::min, true, {{}, 7, -3}), "1:-3 ");
  EXPECT_EQ(shown(ValueKind::max, true, {{}, 7, -3}), "1:7 ");
  EXPECT_EQ(shown(ValueKind::max, false, {{}, 7, -3}), "1:18446744073709551613u ");
  EXPECT_EQ(shown(ValueKind::min, false, {{}, 7, -3}), "1:7u ");
  EXPECT_EQ(shown(ValueKind::max, true, {-5, {}}), "1:-5 ")
      << "a CPU that has seen nothing does not count as 0";
  EXPECT_EQ(shown(ValueKind::max, true, {INT64_MIN, {}}), "1:-9223372036854775808 ");
  EXPECT_EQ(shown(ValueKind::min, true, {{}, {}}), "1:0 ");
}

TEST(MapView, Stats) {
  auto info = map_of(number(), aggregation(ValueKind::stats));
  auto shown = [&](const std::vector<int64_t>& words, uint64_t divisor) {
    auto view = make_view(info, Builder(2, 2).add(1, words).raw, {.divisor = divisor});
    const auto& record = std::get<output::Stats>(view.entries[0].value.data).record;
    std::string all;
    for (size_t i = 0; i < record.names.size(); ++i)
      all += record.names[i] + "=" + show(record.values[i]) + " ";
    return all;
  };
  EXPECT_EQ(shown({-20, 1, -5, 1}, 0), "count=2u average=-12 total=-25 ");
  EXPECT_EQ(shown({-20, 1, -5, 1}, 5), "count=2u average=-2 total=-25 ") << "only the average is divided";
  EXPECT_EQ(shown({0, 0, 0, 0}, 0), "count=0u average=0 total=0 ");
}

TEST(MapView, StatsInOrderOfTheirAverages) {
  auto info = map_of(number(), aggregation(ValueKind::stats));
  auto view = make_view(info, Builder(1, 2).add(1, {90, 10}).add(2, {50, 1}).add(3, {-4, 2}).raw, {});
  EXPECT_EQ(show(view.entries[0].key) + show(view.entries[1].key) + show(view.entries[2].key), "312");
}

/// `start:value` of each interval, the start in intervals since boot.
std::string series(SeriesOf of, int64_t count, const std::vector<int64_t>& words, size_t cpus,
                   bool is_signed = true) {
  constexpr int64_t kBoot = 1'000'000;
  auto info =
      map_of(number(), aggregation(ValueKind::tseries, is_signed, {100, count, static_cast<int64_t>(of)}));
  auto view = make_view(info, Builder(cpus, words.size() / cpus).add(1, words).raw, {}, {.boot_time = kBoot});
  std::string all;
  for (const auto& point : std::get<output::TimeSeries>(view.entries[0].value.data).points)
    all += std::to_string((point.start - kBoot) / 100) + ":" +
           (point.value ? std::to_string(static_cast<int64_t>(*point.value)) : "-") + " ";
  return all;
}

TEST(MapView, TimeSeries) {
  EXPECT_EQ(series(SeriesOf::sum, 3, {0, 0, 0, 0, 0, 0}, 1), "");
  EXPECT_EQ(series(SeriesOf::sum, 3, {6, 10, 7, 20, 5, 1, /* CPU 1 */ 6, 1, 0, 0, 5, 2}, 2),
            "4:3 5:11 6:20 ");
  EXPECT_EQ(series(SeriesOf::sum, 3, {9, 10, 4, 99, 7, 1}, 1), "6:1 7:- 8:10 ")
      << "an interval from before the newest three is over; one in between is empty";
  EXPECT_EQ(series(SeriesOf::avg, 2, {6, -9, 2, 7, 8, 4, /* CPU 1 */ 6, -1, 1, 0, 0, 0}, 2), "5:-3 6:2 ");
  EXPECT_EQ(series(SeriesOf::last, 1, {7, 5, 1000, /* CPU 1 */ 7, 6, 999}, 2), "6:5 ");
  auto merit = [](int64_t value, bool is_max) {
    return static_cast<int64_t>(merit_of(static_cast<uint64_t>(value), true, is_max));
  };
  EXPECT_EQ(series(SeriesOf::max, 1, {7, merit(-5, true), 7, merit(-9, true)}, 2), "6:-5 ");
  EXPECT_EQ(series(SeriesOf::min, 1, {7, merit(-5, false), 7, merit(-9, false)}, 2), "6:-9 ");
}

TEST(MapView, AverageIsCutTowardZero) {
  auto info = map_of(number(), aggregation(ValueKind::avg));
  EXPECT_EQ(show(make_view(info, Builder(2, 2).add(1, {-7, 1, 0, 1}).raw, {})), "1:-3 ");
  EXPECT_EQ(show(make_view(info, Builder(2, 2).add(1, {7, 1, 0, 1}).raw, {})), "1:3 ");
  EXPECT_EQ(show(make_view(info, Builder(2, 2).add(1, {0, 0, 0, 0}).raw, {})), "1:0 ");
}

TEST(MapView, Histogram) {
  auto info = map_of(number(), aggregation(ValueKind::hist, true, {0}));
  size_t buckets = hist_buckets(0);
  std::vector<int64_t> words(2 * buckets);
  words[hist_bucket(-1, 0)] = 1;
  words[hist_bucket(0, 0)] = 2;
  words[buckets + hist_bucket(0, 0)] = 3;
  words[buckets + hist_bucket(2, 0)] = 9;
  EXPECT_EQ(show(make_view(info, Builder(2, buckets).add(1, words).raw, {})),
            "1:[,0)=1 [0,1)=5 [1,2)=0 [2,4)=9  ");
  EXPECT_EQ(show(make_view(info, Builder(2, buckets).add(1, words).raw, {.divisor = 2})),
            "1:[0,1)=2 [1,2)=0 [2,4)=4  ");
}

TEST(MapView, LinearHistogramIgnoresTheDivisor) {
  auto info = map_of(number(), aggregation(ValueKind::lhist, true, {0, 10, 2}));
  std::vector<int64_t> words(lhist_buckets(0, 10, 2));
  words[1] = 3;
  words.back() = 1;
  auto view = make_view(info, Builder(1, words.size()).add(1, words).raw, {.divisor = 2});
  EXPECT_EQ(show(view), "1:[0,2)=3 [2,4)=0 [4,6)=0 [6,8)=0 [8,10)=0 [10,)=1  ");
  EXPECT_TRUE(std::get<output::Histogram>(view.entries[0].value.data).linear);
}

TEST(MapView, OrderByValueThenKey) {
  auto raw = Builder(1).add(3, {5}).add(-1, {5}).add(2, {-7}).add(1, {9}).raw;
  EXPECT_EQ(show(make_view(map_of(number(), number()), raw, {})), "2:-7 -1:5 3:5 1:9 ");
  EXPECT_EQ(show(make_view(map_of(number(false), number(false)), raw, {})),
            "3u:5u 18446744073709551615u:5u 1u:9u 2u:18446744073709551609u ");
}

TEST(MapView, HistogramsInOrderOfTheirTotals) {
  auto info = map_of(number(), aggregation(ValueKind::lhist, true, {0, 1, 1}));
  auto raw = Builder(1, 3).add(1, {0, 9, 0}).add(2, {1, 1, 1}).add(3, {0, 0, 5}).raw;
  auto view = make_view(info, raw, {});
  ASSERT_EQ(view.entries.size(), 3U);
  EXPECT_EQ(show(view.entries[0].key) + show(view.entries[1].key) + show(view.entries[2].key), "231");
}

TEST(MapView, OtherValuesInOrderOfTheirKeys) {
  RawMap raw;
  raw.count = 3;
  raw.key_size = raw.stride = 8;
  for (const char* word : {"beta", "alpha", "b"}) {
    std::string padded(word);
    padded.resize(8, '\0');
    auto bytes = std::as_bytes(std::span(padded));
    raw.keys.insert(raw.keys.end(), bytes.begin(), bytes.end());
    raw.values.insert(raw.values.end(), bytes.begin(), bytes.end());
  }
  EXPECT_EQ(show(make_view(map_of(text(8), text(8)), raw, {})), "alpha:alpha b:b beta:beta ");
}

TEST(MapView, TupleKeysElementByElement) {
  ValueLayout key{.kind = ValueKind::tuple, .size = 16, .elements = {number(), number()}, .parameters = {}};
  key.elements[1].offset = 8;
  RawMap raw;
  raw.count = 3;
  raw.key_size = 16;
  raw.stride = 8;
  for (uint64_t word : {2, 1, -1, 5, 2, 0})
    append(raw.keys, static_cast<uint64_t>(static_cast<int>(word)));
  for (int i = 0; i < 3; ++i)
    append(raw.values, 1);
  auto view = make_view(map_of(key, number()), raw, {});
  std::string order;
  for (const auto& entry : view.entries)
    for (const auto& element : std::get<output::Tuple>(entry.key.data).elements)
      order += show(element) + " ";
  EXPECT_EQ(order, "-1 5 2 0 2 1 ");
}

/// The keys of a map whose keys are words, in the order in which they are printed.
std::vector<uint64_t> order_of(const ValueLayout& key, const std::vector<uint64_t>& words) {
  RawMap raw;
  raw.count = words.size();
  raw.key_size = raw.stride = 8;
  ValueLayout value{.kind = ValueKind::tuple, .size = 8, .elements = {number(false)}}; // not ordered by value
  for (size_t i = 0; i < words.size(); ++i) {
    append(raw.keys, words[i]);
    append(raw.values, i);
  }
  std::vector<uint64_t> order;
  for (const auto& entry : make_view(map_of(key, value), raw, {}).entries)
    order.push_back(words[std::get<uint64_t>(std::get<output::Tuple>(entry.value.data).elements[0].data)]);
  return order;
}

TEST(MapView, KeysOfEveryKindHaveAnOrder) {
  ValueLayout byte{.kind = ValueKind::integer, .is_signed = true, .size = 1};
  ValueLayout array{.kind = ValueKind::array, .size = 8, .elements = {byte}};
  using Words = std::vector<uint64_t>;
  EXPECT_EQ(order_of(array, {0x0201, 0x0102, 0x00ff, 0x0101}), (Words{0x00ff, 0x0101, 0x0201, 0x0102}));

  ValueLayout low = byte, high = byte;
  low.bits = 4;
  high.first_bit = 4;
  high.bits = 4;
  ValueLayout structure{
      .kind = ValueKind::structure, .size = 8, .elements = {high, low}, .names = {"h", "l"}};
  EXPECT_EQ(order_of(structure, {0x12, 0x11, 0xf1, 0x01}), (Words{0xf1, 0x01, 0x11, 0x12}));

  ValueLayout state = number();
  state.kind = ValueKind::enumeration;
  state.enumerators = {{1, "ZZZ"}, {2, "AAA"}};
  EXPECT_EQ(order_of(state, {2, 1, static_cast<uint64_t>(-3), 9}),
            (Words{static_cast<uint64_t>(-3), 1, 2, 9}));

  // A length, then the bytes; what is behind them does not count.
  ValueLayout buffer{.kind = ValueKind::buffer, .size = 8};
  const uint64_t empty = 0xffULL << 32, a = 1 | 0x6261ULL << 32, ab = 2 | 0x6261ULL << 32,
                 z = 1 | 0xffULL << 32;
  EXPECT_EQ(order_of(buffer, {z, ab, a, empty}), (Words{empty, a, ab, z}));
}

TEST(MapView, EnumerationsInOrderOfTheirNumbers) {
  ValueLayout state = number();
  state.kind = ValueKind::enumeration;
  state.enumerators = {{1, "ZZZ"}, {2, "AAA"}};
  auto view =
      make_view(map_of(number(), state), Builder(1).add(1, {2}).add(2, {1}).add(3, {-1}).raw, {.divisor = 2});
  ASSERT_EQ(view.entries.size(), 3U);
  EXPECT_EQ(show(view.entries[0].value), "-1");
  EXPECT_EQ(std::get<output::Enumerator>(view.entries[1].value.data).name, "ZZZ");
  EXPECT_EQ(std::get<output::Enumerator>(view.entries[2].value.data).name, "AAA");
}

TEST(MapView, PlainValuesOfSeveralCpus) {
  EXPECT_EQ(show(make_view(map_of(number(), number()), Builder(3).add(1, {5, -2, 4}).raw, {})), "1:7 ");
  EXPECT_EQ(show(make_view(map_of(number(), text(8)), Builder(2).add(1, {0, 0x6968}).raw, {})), "1:hi ");
}

TEST(MapView, TopAndDivisor) {
  auto info = map_of(number(), number());
  auto raw = Builder(1).add(1, {10}).add(2, {30}).add(3, {-20}).add(4, {25}).raw;
  EXPECT_EQ(show(make_view(info, raw, {.top = 2})), "4:25 2:30 ");
  EXPECT_EQ(show(make_view(info, raw, {.top = 9})), "3:-20 1:10 4:25 2:30 ");
  EXPECT_EQ(show(make_view(info, raw, {.top = 3, .divisor = 8})), "1:1 4:3 2:3 ");
  EXPECT_EQ(show(make_view(info, raw, {.divisor = 3})), "3:-6 1:3 4:8 2:10 ");
}

TEST(MapView, EmptyMaps) {
  EXPECT_EQ(show(make_view(map_of(number(), number()), {}, {})), "");
  EXPECT_EQ(show(make_view(map_of({}, number()), {}, {})), "-:0 ");
  EXPECT_EQ(show(make_view(map_of({}, text(8)), {}, {})), "-: ");
  EXPECT_EQ(show(make_view(map_of({}, aggregation(ValueKind::hist, true, {0})), {}, {})), "-: ");
  EXPECT_EQ(show(make_view(map_of({}, aggregation(ValueKind::min)), {}, {})), "-:0 ");
  EXPECT_TRUE(make_view(map_of({}, number()), {}, {}).is_scalar);
}

/// Many entries: what comes in parts is the same as what is sorted by hand.
TEST(MapListing, PartsOfALargeMap) {
  constexpr int64_t kEntries = 5000;
  const auto info = map_of(number(), number());
  std::vector<std::pair<int64_t, int64_t>> expected; // value, key
  std::string shown;
  size_t parts = 0, begins = 0, ends = 0;
  const Decoding how;
  MapListing listing(info, {}, how, [&](const output::MapView& part) {
    EXPECT_FALSE(part.entries.empty());
    EXPECT_EQ(part.begins, parts++ == 0);
    begins += part.begins;
    ends += part.ends;
    shown += show(part);
  });
  for (int64_t key = 0; key < kEntries; ++key) {
    // Few values, so that keys decide, too; of either sign.
    const int64_t value = key * 7919 % 13 - 6, mixed = (key * 2654435761) % 100003 - 50000;
    listing.add(Builder(1).add(mixed, {value}).raw);
    expected.emplace_back(value, mixed);
  }
  listing.end();
  std::ranges::sort(expected);
  std::string all;
  for (const auto& [value, key] : expected)
    all += std::to_string(key) + ":" + std::to_string(value) + " ";
  EXPECT_EQ(shown, all);
  EXPECT_GT(parts, 2U);
  EXPECT_EQ(begins, 1U);
  EXPECT_EQ(ends, 1U);
}

/// Strings that begin alike are compared to their end.
TEST(MapListing, LongKeysOfALargeMap) {
  RawMap raw{.count = 3000, .keys = {}, .values = {}, .key_size = 24, .stride = 8, .copies = 1};
  std::vector<std::string> expected;
  for (size_t i = 0; i < raw.count; ++i) {
    std::string key = "the same beginning " + std::to_string(i * 7919 % raw.count);
    expected.push_back(key);
    key.resize(24);
    for (char c : key)
      raw.keys.push_back(static_cast<std::byte>(c));
    append(raw.values, 1);
  }
  std::ranges::sort(expected);
  std::vector<std::string> shown;
  for (const auto& entry : make_view(map_of(text(24), number()), raw, {}).entries)
    shown.push_back(show(entry.key));
  EXPECT_EQ(shown, expected);
}

/// The order of tuples is that of their elements, however many fit into the number that is compared first.
TEST(MapOrder, LeadingPartNeverContradictsTheKeys) {
  auto narrow = [](uint32_t offset, uint32_t size, bool is_signed) {
    ValueLayout layout = number(is_signed);
    layout.offset = offset;
    layout.size = size;
    return layout;
  };
  const ValueLayout key = {.kind = ValueKind::tuple,
                           .size = 8,
                           .elements = {narrow(0, 2, true), narrow(2, 1, false), narrow(4, 4, true)}};
  auto bytes = [](int16_t a, uint8_t b, int32_t c) {
    std::array<std::byte, 8> all = {};
    std::memcpy(all.data(), &a, 2);
    std::memcpy(all.data() + 2, &b, 1);
    std::memcpy(all.data() + 4, &c, 4);
    return all;
  };
  const auto keys = {bytes(-2, 255, 9), bytes(-1, 0, 5), bytes(-1, 7, -5), bytes(-1, 7, 0),
                     bytes(-1, 7, 3),   bytes(0, 0, -1), bytes(0, 0, 0),   bytes(3, 200, 1)};
  uint64_t before = 0;
  for (const auto& one : keys) {
    EXPECT_GT(leading_part(one, key), before);
    before = leading_part(one, key);
  }
}

/// Without an order a large map is handed on before all of it has come.
TEST(MapListing, NoOrderNoWaiting) {
  ValueLayout buffer = {.kind = ValueKind::buffer, .size = 8};
  const auto info = map_of(buffer, text(8));
  const Decoding how;
  size_t shown = 0;
  MapListing listing(info, {}, how, [&](const output::MapView& part) { shown += part.entries.size(); });
  const RawMap batch = Builder(1).add(4, {0x6968}).raw;
  for (int i = 0; i < 10000; ++i)
    listing.add(batch);
  EXPECT_GT(shown, 1000U);
  listing.end();
  EXPECT_EQ(shown, 10000U);
}

} // namespace
} // namespace trc::runtime
