// Mistakes in C text, and how they get to their place in the script. A mistake in a header is told at the
// script's own #include; in a header of the system it is a warning, for then it is rather us who can't read
// it.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "ctypes/c_files.h"

namespace trc {

/// Thrown where something can't be read, and caught by what reads the next declaration or directive; never
/// leaves ctypes.
struct CMistake {
  DiagnosticId id;
  CPlace place;
  std::vector<std::string> arguments;
};

class CReporter {
public:
  CReporter(const CFiles& files, uint32_t fallback, Diagnostics& diagnostics)
      : files_(files), fallback_(fallback), diagnostics_(&diagnostics) {}

  void report(const CMistake& mistake);
  /// As it is, even from within a header: at the script's own #include.
  void report_in_script(const CMistake& mistake);
  /// From now on nobody listens.
  void mute() { diagnostics_ = nullptr; }
  /// "line 3", or "`linux/in.h`, line 3"
  std::string spelled(CPlace place, const Sources& sources) const;

private:
  const CFile& file(CPlace place) const { return files_[place.file]; }
  Span span_in_script(CPlace place) const;

  const CFiles& files_;
  uint32_t fallback_;        ///< offset in Sources for what no place of the script stands for: --include
  Diagnostics* diagnostics_; ///< null: muted
};

} // namespace trc
