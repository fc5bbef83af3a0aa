// The picture of a time series: a row for each interval, with a star where its value lies between the
// smallest and the largest one (language.md 11.5).
#pragma once

#include <cstdint>
#include <string>

#include "output/value.h"

namespace trc::output {

/// Whole lines, each ending with a line feed.
void append_series(std::string& out, const TimeSeries& series);

/// Nanoseconds since 1970 as local time: `1970-01-01 00:00:00.500000000`.
void append_date(std::string& out, int64_t nanoseconds);

} // namespace trc::output
