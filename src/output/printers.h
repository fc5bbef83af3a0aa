// The implementations behind printer.h; only make_printer and their tests use this.
#pragma once

#include <memory>

#include "output/printer.h"

namespace trc::output {

std::unique_ptr<Printer> make_text_printer(int fd, bool quiet, Buffering buffering);
std::unique_ptr<Printer> make_json_printer(int fd, bool quiet, Buffering buffering);

} // namespace trc::output
