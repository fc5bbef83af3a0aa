// The picture of a time series, to the letter of the reference.
#include "output/time_series.h"

#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

#include "output/value_json.h"

namespace trc::output {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

class Picture : public testing::Test {
protected:
  void SetUp() override {
    ::setenv("TZ", "UTC-5", 1); // five hours east
    ::tzset();
  }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }

  static TimeSeries series(int64_t interval, bool is_signed,
                           const std::vector<std::optional<int64_t>>& values) {
    TimeSeries series{.interval = interval, .is_signed = is_signed, .points = {}};
    int64_t start = 500 * kMillisecond;
    for (const auto& value : values) {
      series.points.push_back({start, value ? std::optional(static_cast<uint64_t>(*value)) : std::nullopt});
      start += interval;
    }
    return series;
  }
  static std::string picture(const TimeSeries& series) {
    std::string out;
    append_series(out, series);
    return out;
  }
};

TEST_F(Picture, ReferenceExample) {
  EXPECT_EQ(picture(series(100 * kMillisecond, true, {9, 9})),
            "             8                                                  10\n"
            "hh:mm:ss.ms  |___________________________________________________|\n"
            "05:00:00.500 |                         *                         | 9\n"
            "05:00:00.600 |                         *                         | 9\n"
            "             v___________________________________________________v\n"
            "             8                                                  10\n");
}

TEST_F(Picture, AxisEndsAndGaps) {
  EXPECT_EQ(picture(series(1000 * kMillisecond, true, {-10, {}, 0, 10})),
            "         -10                                                10\n"
            "hh:mm:ss |___________________________________________________|\n"
            "05:00:00 *                         .                         | -10\n"
            "05:00:01 |                         .                         | -\n"
            "05:00:02 |                         *                         | 0\n"
            "05:00:03 |                         .                         * 10\n"
            "         v___________________________________________________v\n"
            "         -10                                                10\n");
}

TEST_F(Picture, UnitsOfShortIntervals) {
  EXPECT_NE(picture(series(20'000, false, {1})).find("\nhh:mm:ss.us     |_"), std::string::npos);
  EXPECT_NE(picture(series(20'000, false, {1})).find("\n05:00:00.500000 |"), std::string::npos);
  EXPECT_NE(picture(series(20, false, {1})).find("\nhh:mm:ss.ns        |_"), std::string::npos);
  EXPECT_NE(picture(series(20, false, {1})).find("\n05:00:00.500000000 |"), std::string::npos);
}

TEST_F(Picture, LargestNumbers) {
  const std::string text = picture(series(1000 * kMillisecond, false, {0, -1}));
  EXPECT_NE(text.find("| 0\n"), std::string::npos);
  EXPECT_NE(text.find("* 18446744073709551615\n"), std::string::npos);
  EXPECT_NE(picture(series(1000 * kMillisecond, true, {INT64_MIN})).find("-9223372036854775808\n"),
            std::string::npos);
}

TEST_F(Picture, NoData) { EXPECT_EQ(picture(series(1000, true, {})), "<no data>\n"); }

TEST_F(Picture, Json) {
  std::string out;
  append_json(out, Value{series(100 * kMillisecond, true, {9, {}, -7})});
  EXPECT_EQ(out, "[{\"interval_start\":\"1970-01-01 05:00:00.500000000\",\"value\":9},"
                 "{\"interval_start\":\"1970-01-01 05:00:00.700000000\",\"value\":-7}]");
}

} // namespace
} // namespace trc::output
