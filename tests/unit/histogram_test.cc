// The rows of histograms, to the letter of the reference.
#include <gtest/gtest.h>
#include <map>

#include "output/histogram.h"
#include "program/aggregation.h"

namespace trc::output {
namespace {

Histogram histogram(const std::vector<int64_t>& values, uint32_t bits) {
  std::map<uint32_t, uint64_t> counts;
  for (int64_t value : values)
    ++counts[hist_bucket(value, bits)];
  Histogram result;
  for (uint32_t bucket = counts.begin()->first; bucket <= counts.rbegin()->first; ++bucket) {
    BucketBounds bounds = hist_bounds(bucket, bits);
    result.rows.push_back({bounds.low, bounds.high, counts.contains(bucket) ? counts[bucket] : 0});
  }
  return result;
}

std::string rows(const Histogram& histogram) {
  std::string out;
  append_rows(out, histogram);
  return out;
}

std::string labels(const Histogram& histogram) {
  std::string out;
  std::string text = rows(histogram);
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    std::string label = text.substr(at, 16);
    out += label.substr(0, label.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

TEST(HistogramRows, ReferenceExample) {
  EXPECT_EQ(rows(histogram({-1, 2, 3, 7, 20}, 0)),
            "(..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
            "[0]                    0 |                                                    |\n"
            "[1]                    0 |                                                    |\n"
            "[2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
            "[4, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
            "[8, 16)                0 |                                                    |\n"
            "[16, 32)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n");
}

TEST(HistogramRows, LinearReferenceExample) {
  Histogram linear{
      {{std::nullopt, 0, 1}, {0, 2, 0}, {2, 4, 2}, {4, 6, 0}, {6, 8, 1}, {8, 10, 0}, {10, std::nullopt, 1}},
      true,
      2};
  EXPECT_EQ(rows(linear),
            "(..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
            "[0, 2)                 0 |                                                    |\n"
            "[2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
            "[4, 6)                 0 |                                                    |\n"
            "[6, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
            "[8, 10)                0 |                                                    |\n"
            "[10, ...)              1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n");
}

TEST(HistogramRows, Units) {
  EXPECT_EQ(labels(histogram({512, 1024}, 0)), "[512, 1K)\n[1K, 2K)\n");
  EXPECT_EQ(labels(histogram({1 << 20}, 0)), "[1M, 2M)\n");
  EXPECT_EQ(labels(histogram({1LL << 39}, 0)), "[512G, 1T)\n");
  EXPECT_EQ(labels(histogram({1LL << 59}, 0)), "[512P, 1E)\n");
  EXPECT_EQ(labels(histogram({INT64_MAX}, 0)), "[4E, 8E)\n");
  EXPECT_EQ(labels(histogram({1024, 1600, 2048}, 1)), "[1K, 1536)\n[1536, 2K)\n[2K, 3K)\n");
}

TEST(HistogramRows, LinearUnits) {
  auto linear = [](int64_t low, int64_t step) {
    return labels(Histogram{{{low, low + step, 1}}, true, step});
  };
  EXPECT_EQ(linear(0, 1024), "[0, 1K)\n");
  EXPECT_EQ(linear(-2048, 1024), "[-2K, -1K)\n");
  EXPECT_EQ(linear(1 << 30, 1 << 20), "[1024M, 1025M)\n");
  EXPECT_EQ(linear(1024, 1000), "[1024, 2024)\n");
  EXPECT_EQ(linear(5, 1), "[5]\n");
}

TEST(HistogramRows, HugeCountsDoNotOverflow) {
  Histogram full{{{0, 1, UINT64_MAX}, {1, 2, UINT64_MAX / 2}}, false, 0};
  EXPECT_EQ(rows(full),
            "[0]             18446744073709551615 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
            "[1]             9223372036854775807 |@@@@@@@@@@@@@@@@@@@@@@@@@                           |\n");
}

TEST(HistogramRows, NoneIfEmpty) { EXPECT_EQ(rows({}), ""); }

} // namespace
} // namespace trc::output
