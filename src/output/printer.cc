#include "output/printer.h"

#include "output/printers.h"

namespace trc::output {

std::unique_ptr<Printer> make_printer(Format format, int fd, bool quiet, Buffering buffering) {
  static constexpr decltype(&make_text_printer) kMakers[] = {make_text_printer, make_json_printer,
                                                             make_folded_printer}; // as Format
  return kMakers[static_cast<size_t>(format)](fd, quiet, buffering);
}

std::string message_text(const ScriptMessage& message) {
  std::string text(message.file);
  text.append(":").append(std::to_string(message.line)).append(":").append(std::to_string(message.column));
  text.append(message.is_error ? ": ERROR: " : ": WARNING: ").append(message.text);
  return text;
}

} // namespace trc::output
