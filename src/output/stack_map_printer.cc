#include "output/stack_map_printer.h"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "output/block_writer.h"
#include "output/printers.h"

namespace trc::output {
namespace {

/// Leaves everything to another printer.
class PassingPrinter : public Printer {
public:
  explicit PassingPrinter(std::unique_ptr<Printer> inner) : inner_(std::move(inner)) {}

  void attached(size_t probes) override { inner_->attached(probes); }
  void map(const MapView& map) override { inner_->map(map); }
  void value(const Value& value) override { inner_->value(value); }
  void printf(std::string_view text) override { inner_->printf(text); }
  void text(std::string_view type, std::string_view text) override { inner_->text(type, text); }
  void line(std::string_view type, std::string_view text) override { inner_->line(type, text); }
  void loss(const Loss& loss) override { inner_->loss(loss); }
  void warning(std::string_view text) override { inner_->warning(text); }
  void script_message(const ScriptMessage& message) override { inner_->script_message(message); }
  void trial(const TrialNews& news) override { inner_->trial(news); }
  bool progress(const Progress& progress) override { return inner_->progress(progress); }
  void error(const Error& error) override { inner_->error(error); }
  void final_maps() override { inner_->final_maps(); }
  Result<void> flush() override { return inner_->flush(); }
  Result<void> pause() override { return inner_->pause(); }

protected:
  std::unique_ptr<Printer> inner_;
};

class FoldedPrinter final : public PassingPrinter {
public:
  FoldedPrinter(int fd, bool quiet, Buffering buffering)
      : PassingPrinter(make_text_printer(STDERR_FILENO, quiet, buffering)), writer_(fd, buffering) {}

  void map(const MapView& map) override {
    if (!is_foldable(map)) return inner_->map(map);
    for (const MapEntry& entry : map.entries) {
      append_folded(writer_.buffer(), fold(entry));
      writer_.filled();
    }
  }
  void final_maps() override {}

  Result<void> flush() override { return both(inner_->flush(), writer_.flush()); }
  Result<void> pause() override { return both(inner_->pause(), writer_.pause()); }

private:
  /// The output's own error is the one to tell.
  static Result<void> both(Result<void> inner, Result<void> own) { return own ? inner : own; }

  BlockWriter writer_;
};

class FinalStacksPrinter final : public PassingPrinter {
public:
  FinalStacksPrinter(std::unique_ptr<Printer> inner, std::function<void(const FoldedStack&)> use)
      : PassingPrinter(std::move(inner)), use_(std::move(use)) {}

  void map(const MapView& map) override {
    if (is_final_ && is_foldable(map)) {
      std::ranges::for_each(map.entries, use_, fold);
      return;
    }
    if (is_final_ && !std::exchange(has_others_, true)) inner_->final_maps();
    inner_->map(map);
  }
  void final_maps() override { is_final_ = true; }

private:
  std::function<void(const FoldedStack&)> use_;
  bool is_final_ = false;
  bool has_others_ = false; ///< maps were printed at the end
};

} // namespace

std::unique_ptr<Printer> make_folded_printer(int fd, bool quiet, Buffering buffering) {
  return std::make_unique<FoldedPrinter>(fd, quiet, buffering);
}

std::unique_ptr<Printer> make_final_stacks_printer(std::unique_ptr<Printer> inner,
                                                   std::function<void(const FoldedStack&)> use) {
  return std::make_unique<FinalStacksPrinter>(std::move(inner), std::move(use));
}

} // namespace trc::output
