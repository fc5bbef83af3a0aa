// Output for people: the script's own to its file, all else to stderr at once (language.md 11.2, 11.6).
#include <unistd.h>

#include "output/block_writer.h"
#include "output/color.h"
#include "output/printers.h"
#include "output/progress_line.h"
#include "output/trial_text.h"
#include "output/value_text.h"

namespace trc::output {
namespace {

class TextPrinter final : public Printer {
public:
  TextPrinter(int fd, bool quiet, Buffering buffering)
      : writer_(fd, buffering), quiet_(quiet), is_colored_(wants_color(fd)) {}

  void attached(size_t probes) override {
    if (!quiet_) message("Attached " + std::to_string(probes) + (probes == 1 ? " probe" : " probes"));
  }

  void map(const MapView& map) override {
    say();
    for (const MapEntry& entry : map.entries) {
      append_entry(map, entry);
      writer_.filled();
    }
  }

  void value(const Value& value) override {
    say();
    append_text(writer_.buffer(), value);
    writer_.buffer() += '\n';
    writer_.filled();
  }

  void printf(std::string_view text) override {
    say();
    writer_.buffer() += text;
    writer_.filled();
  }

  void text(std::string_view, std::string_view text) override { printf(text); }

  void line(std::string_view, std::string_view text) override {
    writer_.buffer() += text;
    printf("\n");
  }

  void loss(const Loss& loss) override {
    std::string text = (loss.is_failure ? "failed " : "lost ") + std::to_string(loss.count) + " ";
    text.append(loss.what).append(": ").append(loss.cause).append(", ").append(loss.place);
    message(std::move(text));
  }

  void warning(std::string_view text) override { message("warning: " + std::string(text)); }

  void script_message(const ScriptMessage& said) override {
    writer_.write_out(); // what came before it is seen before it
    message(message_text(said));
  }

  void trial(const TrialNews& news) override { printf(trial_text(news, is_colored_)); }

  bool progress(const Progress& progress) override {
    if (!has_said_) progress_.show(progress);
    return !has_said_;
  }

  void error(const Error&) override { progress_.hide(); }

  void final_maps() override {
    say();
    writer_.buffer() += "\n\n";
  }

  Result<void> flush() override { return writer_.flush(); }
  Result<void> pause() override { return writer_.pause(); }

private:
  /// Something is printed: there is no need to say how it goes any more.
  void say() {
    if (has_said_) return;
    has_said_ = true;
    progress_.hide();
  }

  void append_entry(const MapView& map, const MapEntry& entry) {
    std::string& out = writer_.buffer();
    out += map.name;
    if (!map.is_scalar) {
      out += '[';
      append_key(out, entry.key, KeyForm::readable);
      out += ']';
    }
    const bool in_rows = std::holds_alternative<Histogram>(entry.value.data) ||
                         std::holds_alternative<TimeSeries>(entry.value.data);
    out += in_rows ? ":\n" : ": ";
    append_text(out, entry.value);
    out += '\n';
  }

  // One write each, so that lines stay whole beside those of other processes. If stderr is gone there is
  // nobody to tell.
  void message(std::string line) {
    progress_.hide();
    line += '\n';
    write_all(STDERR_FILENO, line);
  }

  BlockWriter writer_;
  ProgressLine progress_;
  bool quiet_;
  bool is_colored_;
  bool has_said_ = false;
};

} // namespace

std::unique_ptr<Printer> make_text_printer(int fd, bool quiet, Buffering buffering) {
  return std::make_unique<TextPrinter>(fd, quiet, buffering);
}

} // namespace trc::output
