// A printer between a script and another printer, which keeps what the script says while it is told to: what
// a test prints is shown only if it fails.
#pragma once

#include "base/fd.h"
#include "output/printer.h"

namespace trc::output {

class Recorder final : public Printer {
public:
  /// `behind` gets what is not kept; it outlives this.
  static Result<std::unique_ptr<Recorder>> make(Printer& behind);

  void start() { records_ = true; }
  /// What has been kept since start(), as the text format has it. From now on nothing is kept.
  Result<std::string> stop();
  /// Calls of errorf() among that.
  size_t errors() const { return errors_; }

  void attached(size_t probes) override { behind_.attached(probes); }
  void map(const MapView& map) override { to().map(map); }
  void value(const Value& value) override { to().value(value); }
  void printf(std::string_view text) override { to().printf(text); }
  void text(std::string_view type, std::string_view text) override { to().text(type, text); }
  void line(std::string_view type, std::string_view text) override { to().line(type, text); }
  void loss(const Loss& loss) override { behind_.loss(loss); }
  void warning(std::string_view text) override { behind_.warning(text); }
  void script_message(const ScriptMessage& message) override;
  void trial(const TrialNews& news) override { behind_.trial(news); }
  bool progress(const Progress& progress) override { return behind_.progress(progress); }
  void error(const Error& error) override { behind_.error(error); }
  void final_maps() override { behind_.final_maps(); }
  Result<void> flush() override { return behind_.flush(); }
  Result<void> pause() override { return behind_.pause(); }

private:
  Recorder(Printer& behind, Fd memory);
  Printer& to() { return records_ ? *kept_ : behind_; }

  Printer& behind_;
  Fd memory_; ///< a file without a name, which the text printer writes to
  std::unique_ptr<Printer> kept_;
  bool records_ = false;
  size_t errors_ = 0;
};

} // namespace trc::output
