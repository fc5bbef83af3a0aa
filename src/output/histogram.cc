#include "output/histogram.h"

#include <algorithm>

#include "output/value_text.h"

namespace trc::output {
namespace {

constexpr size_t kLabelWidth = 16;
constexpr size_t kCountWidth = 8;
constexpr uint64_t kBarWidth = 52;
constexpr int64_t kKilo = 1024;
/// The bound of hist() that int64 can't hold, 2^63, as a label.
constexpr std::string_view kTop = "8E";

void append_scaled(std::string& out, int64_t bound, std::string_view units) {
  size_t unit = 0;
  while (unit < units.size() && bound != 0 && bound % kKilo == 0) {
    bound /= kKilo;
    ++unit;
  }
  append_decimal(out, bound);
  if (unit > 0) out += units[unit - 1];
}

/// lhist() shortens its labels, to K and M only, when the step is whole kilos.
void append_bound(std::string& out, int64_t bound, const Histogram& histogram) {
  if (!histogram.linear) return append_scaled(out, bound, "KMGTPE");
  append_scaled(out, bound, histogram.step % kKilo == 0 ? "KM" : "");
}

bool is_single_value(const Histogram::Row& row) { return row.low && row.high && *row.high - *row.low == 1; }

std::string label(const Histogram::Row& row, const Histogram& histogram) {
  std::string text;
  if (row.low && is_single_value(row)) {
    text += '[';
    append_bound(text, *row.low, histogram);
    return text + "]";
  }
  text += row.low ? "[" : "(...";
  if (row.low) append_bound(text, *row.low, histogram);
  text += ", ";
  if (row.high) {
    append_bound(text, *row.high, histogram);
  } else {
    text += histogram.linear ? "..." : kTop;
  }
  return text + ")";
}

/// count * 52 / largest, rounded down, without overflow.
size_t bar_length(uint64_t count, uint64_t largest) {
  if (largest == 0) return 0;
  return static_cast<size_t>(static_cast<unsigned __int128>(count) * kBarWidth / largest);
}

void append_row(std::string& out, const Histogram::Row& row, const Histogram& histogram, uint64_t largest) {
  std::string text = label(row, histogram);
  out += text;
  if (text.size() < kLabelWidth) out.append(kLabelWidth - text.size(), ' ');
  text.clear();
  append_decimal(text, row.count);
  if (text.size() < kCountWidth) out.append(kCountWidth - text.size(), ' ');
  out += text;
  out += " |";
  size_t bar = bar_length(row.count, largest);
  out.append(bar, '@');
  out.append(kBarWidth - bar, ' ');
  out += "|\n";
}

} // namespace

void append_rows(std::string& out, const Histogram& histogram) {
  uint64_t largest = 0;
  for (const auto& row : histogram.rows)
    largest = std::max(largest, row.count);
  for (const auto& row : histogram.rows)
    append_row(out, row, histogram, largest);
}

} // namespace trc::output
