// The line on the terminal that says how the run goes, as long as there is nothing else to see.
#pragma once

#include "output/printer.h"

namespace trc::output {

/// Stands on stderr, which is a terminal. Whoever prints anything hides it first.
class ProgressLine {
public:
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { hide(); }

  /// In place of what it showed before. Nothing while trc is in the background of its terminal.
  void show(const Progress& progress);
  /// Leaves no trace of it.
  void hide() {
    if (is_shown_) erase();
  }

private:
  void erase();

  bool is_shown_ = false;
};

} // namespace trc::output
