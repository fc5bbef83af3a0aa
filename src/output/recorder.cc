#include "output/recorder.h"

#include <cerrno>
#include <sys/mman.h>
#include <unistd.h>

#include "output/printers.h"

namespace trc::output {

Recorder::Recorder(Printer& behind, Fd memory)
    : behind_(behind), memory_(std::move(memory)),
      kept_(make_text_printer(memory_.get(), true, Buffering::full)) {}

Result<std::unique_ptr<Recorder>> Recorder::make(Printer& behind) {
  Fd memory(::memfd_create("trc-output", MFD_CLOEXEC));
  if (!memory) return errno_failure(errno, "can't keep what tests print");
  return std::unique_ptr<Recorder>(new Recorder(behind, std::move(memory)));
}

Result<std::string> Recorder::stop() {
  records_ = false;
  errors_ = 0;
  if (auto done = kept_->flush(); !done) return std::unexpected(done.error());
  std::string text(static_cast<size_t>(::lseek(memory_.get(), 0, SEEK_END)), '\0');
  const ssize_t got = ::pread(memory_.get(), text.data(), text.size(), 0);
  if (got != static_cast<ssize_t>(text.size()) || ::ftruncate(memory_.get(), 0) != 0)
    return errno_failure(errno, "can't read what a test has printed");
  ::lseek(memory_.get(), 0, SEEK_SET);
  return text;
}

void Recorder::script_message(const ScriptMessage& message) {
  if (!records_) return behind_.script_message(message);
  if (message.is_error) ++errors_;
  kept_->line("", message_text(message));
}

} // namespace trc::output
