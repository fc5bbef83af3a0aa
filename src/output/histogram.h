// The rows of hist() and lhist() as text. Which value falls into which bucket, program/aggregation.cc knows.
#pragma once

#include <string>

#include "output/value.h"

namespace trc::output {

/// One line a row, each ending with a line feed.
void append_rows(std::string& out, const Histogram& histogram);

} // namespace trc::output
