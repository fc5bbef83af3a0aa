// A script's own tests and benchmarks, run in place of tracing (`--test`, `--bench`).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "output/recorder.h"
#include "program/manifest.h"
#include "program/records.h"
#include "runtime/loader.h"
#include "runtime/record_stream.h"
#include "runtime/signals.h"

namespace trc::runtime {

class Trials {
public:
  /// `programs`: indexes in Manifest::programs; `run` runs one of them once.
  Trials(const Manifest& manifest, const LoadedObject& object, const std::vector<size_t>& programs,
         RecordStream& stream, output::Recorder& printer, const Signals& signals,
         std::function<Result<void>(size_t program)> run)
      : manifest_(manifest), object_(object), programs_(programs), stream_(stream), printer_(printer),
        signals_(signals), run_(std::move(run)) {}

  /// In the order of the script, until a signal comes. False if one has failed: it returned something else
  /// than 0, called exit() with it, or errorf().
  Result<bool> test();
  /// The same, but each runs until its mean time is known. The time is the kernel's own for the program,
  /// less what an empty one takes. False if a first run, to see whether it works, has failed.
  Result<bool> benchmark();

private:
  struct Outcome {
    bool passed = false;
    uint64_t nanoseconds = 0;
    std::string output;
  };
  struct Cost {
    uint64_t nanoseconds = 0, runs = 0;
  };

  const std::string& name(size_t program) const {
    return manifest_.programs[program].attachments.front().spec.target;
  }
  ControlWords& control() const { return object_.maps.control(); }
  Result<Outcome> run_once(size_t program);
  Result<Cost> measure(int program_fd, const std::function<Result<void>()>& run);

  const Manifest& manifest_;
  const LoadedObject& object_;
  const std::vector<size_t>& programs_;
  RecordStream& stream_;
  output::Recorder& printer_;
  const Signals& signals_;
  std::function<Result<void>(size_t program)> run_;
};

} // namespace trc::runtime
