#include "output/color.h"

#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace trc::output {

bool wants_color(int fd) {
  const char* wish = std::getenv("TRC_COLOR");
  if (!wish) wish = std::getenv("BPFTRACE_COLOR");
  const std::string_view said = wish ? wish : "auto";
  return said == "always" || (said != "never" && ::isatty(fd) == 1);
}

} // namespace trc::output
