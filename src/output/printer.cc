#include "output/printer.h"

#include "output/printers.h"

namespace trc::output {

std::unique_ptr<Printer> make_printer(Format format, int fd, bool quiet, Buffering buffering) {
  return format == Format::json ? make_json_printer(fd, quiet, buffering)
                                : make_text_printer(fd, quiet, buffering);
}

} // namespace trc::output
