// What was lost on the way: the counters that the programs keep in the data map, what the kernel counts for
// programs and probes, and what the session notices itself.
#pragma once

#include <vector>

#include "output/printer.h"
#include "program/manifest.h"
#include "runtime/attacher.h"
#include "runtime/loader.h"

namespace trc::runtime {

class Ledger {
public:
  Ledger(const Manifest& manifest, const LoadedObject& object, const Attacher& attacher)
      : manifest_(manifest), object_(object), attacher_(attacher) {}

  /// Call it when events begin to count: what the kernel missed before was not missed by the script.
  void start();
  /// Call it when events count no more, while the probes are still attached.
  void stop();
  /// Of a program that runs periodically.
  void tick_missed(size_t program, uint64_t times);
  /// Tells the printer of all that is not zero. Whether anything was lost; failures (-k) are not losses.
  bool report(output::Printer& printer) const;
  /// What programs have counted until now. Cheap.
  uint64_t lost_so_far() const;

private:
  /// What the kernel says of one program.
  struct Misses {
    uint64_t recursions = 0, missed = 0;
  };
  std::vector<Misses> ask_kernel() const;
  uint64_t counter(size_t index) const;

  const Manifest& manifest_;
  const LoadedObject& object_;
  const Attacher& attacher_;
  std::vector<Misses> before_, after_; // as Manifest::programs; empty if events never began to count
  std::vector<uint64_t> ticks_;        // as Manifest::programs, or empty
};

} // namespace trc::runtime
