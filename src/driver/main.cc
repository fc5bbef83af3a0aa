// trc: a tracing language and compiler for Linux.
#include <fcntl.h>
#include <unistd.h>

#include "driver/command.h"

namespace {

/// A file that trc opens must not become its standard output: what stands open in place of a closed stream
/// can be neither read nor written, so that using it gives the true error.
void reserve_standard_streams() {
  for (int fd = open("/dev/null", O_PATH); fd >= 0 && fd <= STDERR_FILENO;)
    fd = open("/dev/null", O_PATH);
}

} // namespace

int main(int argc, char** argv) {
  reserve_standard_streams();
  auto options = trc::parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (options) return trc::execute(*options);
  trc::print_error(options.error());
  return 1;
}
