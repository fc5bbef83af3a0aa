#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace trc {

void check_failed(const char* condition, const char* message, const char* file, int line) {
  std::fprintf(
      stderr,
      "trc: internal error: %s (%s) at %s:%d\nthis is a bug in trc, not in your script: please report it\n",
      message, condition, file, line);
  std::abort();
}

} // namespace trc
