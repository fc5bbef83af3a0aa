// The implementations behind printer.h; only make_printer and their tests use this.
#pragma once

#include <memory>

#include "output/printer.h"

namespace trc::output {

std::unique_ptr<Printer> make_text_printer(int fd, bool quiet, Buffering buffering);
std::unique_ptr<Printer> make_json_printer(int fd, bool quiet, Buffering buffering);
/// Maps of stacks as folded lines to `fd`; all else that would be printed is shown to people, on stderr, so
/// that the output can be read by other programs.
std::unique_ptr<Printer> make_folded_printer(int fd, bool quiet, Buffering buffering);

/// "FILE:LINE:COLUMN: ERROR: TEXT", without a line feed.
std::string message_text(const ScriptMessage& message);

} // namespace trc::output
