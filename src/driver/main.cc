// trc: a tracing language and compiler for Linux.
#include "driver/command.h"

int main(int argc, char** argv) {
  auto options = trc::parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (options) return trc::execute(*options);
  trc::print_error(options.error());
  return 1;
}
