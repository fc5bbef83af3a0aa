// A value as the output sees it: decoded, with no byte layout left, ready to be written as text or JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace trc::output {

struct Value;

struct Pointer {
  uint64_t address;
};
struct Tuple {
  std::vector<Value> elements;
};
struct Array {
  std::vector<Value> elements;
};
/// A record, struct or union. An anonymous member has the name "".
struct Record {
  std::vector<std::string> names;
  std::vector<Value> values;
};
/// A value of an enumeration; `name` is "" for a number without one.
struct Enumerator {
  int64_t number;
  std::string name;
};
/// Any bytes.
struct Buffer {
  std::string bytes;
};

/// Innermost frame first.
struct Stack {
  std::vector<std::string> lines; ///< of each frame, as it is shown, its margin included
  std::vector<std::string> names; ///< if they were asked for: each frame's function, or what else is known
  bool is_kernel = false;
};

/// Rows from the first to the last bucket that is not zero; none if all are.
struct Histogram {
  struct Row {
    std::optional<int64_t> low, high; ///< half-open bounds; none: unbounded
    uint64_t count;
  };
  std::vector<Row> rows;
  bool linear = false; ///< lhist
  int64_t step = 0;    ///< of a linear one
};

/// What stats() and quantile() give: some numbers with names.
struct Stats {
  Record record;
  std::string_view type = "stats"; ///< of its JSON record; static
};

/// From the first interval that had a value, if it is still kept, to the newest.
struct TimeSeries {
  struct Point {
    int64_t start;                 ///< of the interval: nanoseconds since 1970
    std::optional<uint64_t> value; ///< an int64 where `is_signed`; none: nothing happened
  };
  int64_t interval = 0; ///< nanoseconds
  bool is_signed = false;
  std::vector<Point> points;
};

struct Value {
  /// monostate: no value. A string holds raw bytes, its truncation trailer already added.
  std::variant<std::monostate, bool, int64_t, uint64_t, Pointer, std::string, Tuple, Array, Record,
               Enumerator, Buffer, Histogram, Stats, TimeSeries, Stack>
      data;
};

struct MapEntry {
  Value key; ///< monostate for a scalar
  Value value;
};

/// A map or what is left of it after `top` and `divisor`, in the order in which it is printed; or a part of
/// it: one with many entries comes in several.
struct MapView {
  std::string name; ///< "@x"
  bool is_scalar = false;
  std::vector<MapEntry> entries;
  bool begins = true, ends = true; ///< whether this is the first, the last part
};

} // namespace trc::output
