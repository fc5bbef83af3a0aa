#include "output/time_series.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "output/value_text.h"

namespace trc::output {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
/// With the two bars that stand for the smallest and the largest value.
constexpr size_t kGraphWidth = 53;
constexpr size_t kSmallestWidth = 21;
constexpr size_t kNanosecondDigits = 9;

/// What of a second is told of a moment, by the length of an interval.
struct Unit {
  int64_t from; ///< for intervals of so many nanoseconds or more
  std::string_view name;
  size_t digits;
};
constexpr Unit kUnits[] = {
    {kSecond, "", 0}, {1'000'000, "ms", 3}, {1'000, "us", 6}, {1, "ns", kNanosecondDigits}};

const Unit& unit_of(int64_t interval) {
  return *std::ranges::find_if(kUnits,
                               [&](const Unit& unit) { return interval >= unit.from || unit.from == 1; });
}

/// Local time by a strftime format, and `digits` digits of the second's fraction.
void append_time(std::string& out, const char* format, int64_t nanoseconds, size_t digits) {
  int64_t seconds = nanoseconds / kSecond, rest = nanoseconds % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm local = {};
  ::localtime_r(&time, &local);
  std::array<char, 64> text;
  out.append(text.data(), std::strftime(text.data(), text.size(), format, &local));
  if (digits == 0) return;
  std::string fraction = std::to_string(rest);
  fraction.insert(0, kNanosecondDigits - fraction.size(), '0');
  out.append(".").append(fraction, 0, digits);
}

using Number = __int128; // holds all int64 and uint64, and one more or less

std::string decimal(Number number) {
  std::string text;
  if (number < 0) text = "-";
  const auto magnitude = static_cast<unsigned __int128>(number < 0 ? -number : number);
  // What is one beyond 64 bits at an end of the graph has one more digit than a uint64 is sure to hold.
  if (magnitude >= 10) append_decimal(text, static_cast<uint64_t>(magnitude / 10));
  append_decimal(text, static_cast<uint64_t>(magnitude % 10));
  return text;
}

class Graph {
public:
  explicit Graph(const TimeSeries& series) : series_(series), unit_(unit_of(series.interval)) {
    bool first = true;
    for (const TimeSeries::Point& point : series.points) {
      if (!point.value) continue;
      const Number value = number(*point.value);
      smallest_ = first ? value : std::min(smallest_, value);
      largest_ = first ? value : std::max(largest_, value);
      first = false;
    }
    if (smallest_ != largest_) return;
    --smallest_;
    ++largest_;
  }

  void append(std::string& out) const {
    std::string head = "hh:mm:ss";
    if (unit_.digits > 0) head.append(".").append(unit_.name);
    // As wide as the times below it, and a blank.
    const size_t labels = std::string_view("hh:mm:ss ").size() + (unit_.digits > 0 ? 1 + unit_.digits : 0);
    head.resize(std::max(head.size(), labels), ' ');
    append_range(out, labels);
    append_edge(out.append(head), '|');
    for (const TimeSeries::Point& point : series_.points)
      append_row(out, point);
    append_edge(out.append(labels, ' '), 'v');
    append_range(out, labels);
  }

private:
  Number number(uint64_t value) const {
    return series_.is_signed ? Number{static_cast<int64_t>(value)} : Number{value};
  }
  size_t column(Number value) const {
    return static_cast<size_t>((value - smallest_) * static_cast<Number>(kGraphWidth - 1) /
                               (largest_ - smallest_));
  }

  void append_range(std::string& out, size_t labels) const {
    const std::string smallest = decimal(smallest_), largest = decimal(largest_);
    out.append(labels, ' ').append(smallest);
    const size_t used = std::max(smallest.size(), kSmallestWidth);
    out.append(used - smallest.size(), ' ');
    const size_t left = kGraphWidth - std::min(used, kGraphWidth);
    if (largest.size() < left) out.append(left - largest.size(), ' ');
    out.append(largest).append("\n");
  }

  static void append_edge(std::string& out, char corner) {
    out += corner;
    out.append(kGraphWidth - 2, '_') += corner;
    out += '\n';
  }

  void append_row(std::string& out, const TimeSeries::Point& point) const {
    append_time(out, "%H:%M:%S", point.start, unit_.digits);
    std::string graph(kGraphWidth, ' ');
    graph.front() = graph.back() = '|';
    if (smallest_ < 0 && largest_ > 0) graph[column(0)] = '.';
    if (point.value) graph[column(number(*point.value))] = '*';
    out.append(" ").append(graph).append(" ");
    out.append(point.value ? decimal(number(*point.value)) : "-").append("\n");
  }

  const TimeSeries& series_;
  const Unit& unit_;
  Number smallest_ = 0, largest_ = 0;
};

} // namespace

void append_series(std::string& out, const TimeSeries& series) {
  if (series.points.empty())
    out += "<no data>\n";
  else
    Graph(series).append(out);
}

void append_date(std::string& out, int64_t nanoseconds) {
  append_time(out, "%Y-%m-%d %H:%M:%S", nanoseconds, kNanosecondDigits);
}

} // namespace trc::output
