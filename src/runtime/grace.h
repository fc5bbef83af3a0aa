// Waiting until what runs now has ended: how the session knows that nobody writes to a retired map any more.
#pragma once

#include "base/fd.h"
#include "base/result.h"

namespace trc::runtime {

/// Waits, when that is of any use, until all BPF programs that are running now have ended. 8 to 16 ms.
class Grace {
public:
  /// Something is attached: from now on programs run at any time.
  void programs_may_run() { needed_ = true; }
  /// They do nothing any more (RunState kEnded, and a wait since then).
  void programs_are_quiet() { needed_ = false; }

  Result<void> wait_for_programs();

private:
  Result<void> wait_by_map();

  bool needed_ = false;
  bool has_membarrier_ = true;
  Fd inner_, outer_; // of wait_by_map()
};

} // namespace trc::runtime
