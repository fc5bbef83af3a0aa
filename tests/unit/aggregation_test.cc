// Buckets cover every value once, in order, and their bounds say which.
#include <bit>
#include <gtest/gtest.h>
#include <random>

#include "program/aggregation.h"

namespace trc {
namespace {

TEST(Hist, FollowsTheReference) {
  EXPECT_EQ(hist_bucket(-1, 0), 0U);
  EXPECT_EQ(hist_bucket(INT64_MIN, 0), 0U);
  EXPECT_EQ(hist_bucket(0, 0), 1U);
  EXPECT_EQ(hist_bucket(1, 0), 2U);
  EXPECT_EQ(hist_bucket(2, 0), 3U);
  EXPECT_EQ(hist_bucket(3, 0), 3U);
  EXPECT_EQ(hist_bucket(4, 0), 4U);
  EXPECT_EQ(hist_bucket(INT64_MAX, 0), 64U);
  EXPECT_EQ(hist_buckets(0), 65U);
}

TEST(Hist, BucketsFollowOneAnother) {
  for (uint32_t bits = 0; bits <= 5; ++bits) {
    uint32_t buckets = hist_buckets(bits);
    EXPECT_EQ(hist_bucket(INT64_MAX, bits), buckets - 1);
    EXPECT_FALSE(hist_bounds(0, bits).low.has_value());
    for (uint32_t bucket = 1; bucket < buckets; ++bucket) {
      BucketBounds before = hist_bounds(bucket - 1, bits);
      BucketBounds bounds = hist_bounds(bucket, bits);
      ASSERT_EQ(before.high, bounds.low) << bits << " " << bucket;
      ASSERT_EQ(hist_bucket(*bounds.low, bits), bucket);
      ASSERT_EQ(bounds.high.has_value(), bucket + 1 < buckets);
      ASSERT_EQ(hist_bucket(bounds.high ? *bounds.high - 1 : INT64_MAX, bits), bucket);
    }
  }
}

TEST(Hist, RandomValuesLieInTheirBucket) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    auto value = static_cast<int64_t>(random() >> (random() % 64));
    uint32_t bits = random() % 6;
    BucketBounds bounds = hist_bounds(hist_bucket(value, bits), bits);
    ASSERT_TRUE(!bounds.low || *bounds.low <= value);
    ASSERT_TRUE(!bounds.high || value < *bounds.high);
  }
}

TEST(Lhist, Bounds) {
  EXPECT_EQ(lhist_buckets(0, 10, 2), 7U);
  EXPECT_EQ(lhist_bounds(0, 0, 10, 2).high, 0);
  EXPECT_FALSE(lhist_bounds(0, 0, 10, 2).low.has_value());
  EXPECT_EQ(lhist_bounds(5, 0, 10, 2).low, 8);
  EXPECT_EQ(lhist_bounds(5, 0, 10, 2).high, 10);
  EXPECT_EQ(lhist_bounds(6, 0, 10, 2).low, 10);
  EXPECT_FALSE(lhist_bounds(6, 0, 10, 2).high.has_value());
}

TEST(Lhist, RangeThatIsNoMultipleOfItsStep) {
  // 0 3 6, and 9 and 10 share the last bucket: (9 - 0) / 3 = (10 - 0) / 3.
  EXPECT_EQ(lhist_buckets(0, 10, 3), 5U);
  EXPECT_EQ(lhist_bounds(4, 0, 10, 3).low, 9);
}

TEST(Lhist, TheWholeRangeOfInt64) {
  constexpr int64_t kStep = INT64_MAX / 2;
  EXPECT_EQ(lhist_buckets(INT64_MIN, INT64_MAX, kStep), 6U);
  EXPECT_EQ(lhist_bounds(1, INT64_MIN, INT64_MAX, kStep).low, INT64_MIN);
  EXPECT_EQ(lhist_bounds(2, INT64_MIN, INT64_MAX, kStep).low, INT64_MIN + kStep);
}

TEST(AggregationSize, Words) {
  EXPECT_EQ(aggregation_size(ValueKind::count, {}), 8U);
  EXPECT_EQ(aggregation_size(ValueKind::sum, {}), 8U);
  EXPECT_EQ(aggregation_size(ValueKind::min, {}), 16U);
  EXPECT_EQ(aggregation_size(ValueKind::max, {}), 16U);
  EXPECT_EQ(aggregation_size(ValueKind::avg, {}), 16U);
  EXPECT_EQ(aggregation_size(ValueKind::hist, {0}), 65U * 8);
  EXPECT_EQ(aggregation_size(ValueKind::lhist, {0, 10, 2}), 56U);
  EXPECT_EQ(aggregation_size(ValueKind::integer, {}), 0U);
  EXPECT_EQ(aggregation_size(ValueKind::stats, {}), 16U);
  EXPECT_EQ(aggregation_size(ValueKind::tseries, {1000, 7, static_cast<int64_t>(SeriesOf::avg)}), 7U * 24);
  EXPECT_EQ(aggregation_size(ValueKind::tseries, {1000, 7, static_cast<int64_t>(SeriesOf::min)}), 7U * 16);
}

TEST(Merit, LargerForWhatIsPreferred) {
  const auto least = static_cast<uint64_t>(INT64_MIN), minus = static_cast<uint64_t>(-1);
  EXPECT_EQ(merit_of(least, true, true), 0U);
  EXPECT_EQ(merit_of(INT64_MAX, true, false), 0U);
  EXPECT_EQ(merit_of(0, false, true), 0U);
  EXPECT_EQ(merit_of(UINT64_MAX, false, false), 0U);
  EXPECT_GT(merit_of(5, true, true), merit_of(minus, true, true));
  EXPECT_LT(merit_of(5, true, false), merit_of(minus, true, false));
  EXPECT_LT(merit_of(5, false, true), merit_of(minus, false, true));
  EXPECT_GT(merit_of(5, false, false), merit_of(minus, false, false));
  for (bool is_signed : {false, true})
    for (bool is_max : {false, true})
      for (uint64_t value : {uint64_t{0}, uint64_t{7}, minus, least})
        EXPECT_EQ(merit_of(merit_of(value, is_signed, is_max), is_signed, is_max), value);
}

} // namespace
} // namespace trc

namespace trc {
namespace {

TEST(Quantile, MiddleIsAtMostA64thAway) {
  for (bool is_signed : {false, true}) {
    std::vector<uint64_t> values = {0, 1, 31, 32, 63, 64, 65, 127, 128, 1000, 12345, INT64_MAX};
    for (int bit = 6; bit < (is_signed ? 63 : 64); ++bit)
      for (uint64_t more : {0, 1, 31, 33})
        values.push_back((uint64_t{1} << bit) + more);
    if (!is_signed) values.push_back(UINT64_MAX);
    const size_t count = values.size();
    for (size_t i = 0; is_signed && i < count; ++i)
      values.push_back(-values[i]);
    if (is_signed) values.push_back(uint64_t{1} << 63);
    for (uint64_t value : values) {
      const uint32_t bucket = quantile_bucket(value, is_signed);
      ASSERT_LT(bucket, quantile_buckets(is_signed));
      const bool is_negative = is_signed && static_cast<int64_t>(value) < 0;
      const uint64_t middle = quantile_middle(bucket, is_signed);
      const uint64_t magnitude = is_negative ? -value : value, other = is_negative ? -middle : middle;
      EXPECT_LE(magnitude > other ? magnitude - other : other - magnitude, magnitude / 64) << value;
    }
  }
}

TEST(Quantile, BucketsAreInOrder) {
  EXPECT_EQ(quantile_bucket(5, false), 5);
  EXPECT_EQ(quantile_bucket(UINT64_MAX, false), quantile_buckets(false) - 1);
  EXPECT_EQ(quantile_bucket(uint64_t{1} << 63, true), 0);
  EXPECT_EQ(quantile_bucket(INT64_MAX, true), quantile_buckets(true) - 1);
  EXPECT_EQ(quantile_bucket(0, true), quantile_bucket(static_cast<uint64_t>(-1), true) + 1);
}

} // namespace
} // namespace trc
