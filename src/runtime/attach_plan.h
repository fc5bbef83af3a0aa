// Loading and attaching many programs takes the kernel a while: the user learns before how many there are,
// sees on a terminal how far it is, and can stop it.
#pragma once

#include <chrono>
#include <cstddef>

#include "output/printer.h"
#include "program/manifest.h"
#include "runtime/signals.h"

namespace trc::runtime {

class AttachPlan {
public:
  /// `shows_progress`: there is a terminal for it.
  AttachPlan(const Manifest& manifest, const Signals& signals, output::Printer& printer, bool shows_progress);

  /// Tells of more than 200 places, by kind of probe.
  void announce() const;
  /// False once a signal has come. `loaded`: programs so far.
  bool goes_on_loading(size_t loaded) { return goes_on("loading", loaded, programs_); }
  /// `attached`: places so far.
  bool goes_on_attaching(size_t attached) { return goes_on("attaching", attached, places_); }

  bool has_to_stop() const { return signals_.seen(); }

private:
  bool goes_on(const char* doing, size_t done, size_t all);

  const Manifest& manifest_;
  const Signals& signals_;
  output::Printer& printer_;
  bool shows_progress_;
  size_t programs_ = 0, places_ = 0;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

} // namespace trc::runtime
