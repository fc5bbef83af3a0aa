// Included by c_header_mistakes.trc.
#pragma once
struct first {
  unknown_one x;
};
struct second {
  unknown_two x;
};
#include "missing_one.h"
#include "missing_two.h"
