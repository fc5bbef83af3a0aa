// Shows values that stand for something else: an address as a name, a number as a user. What their parts are
// is told in program/presentations.def. What the system has to be asked for is asked when the first such
// value is shown, and kept.
#pragma once

#include "output/value.h"
#include "program/manifest.h"

namespace trc::runtime {

class Presenter {
public:
  explicit Presenter(const Manifest& manifest) : manifest_(manifest) {}

  /// `value` is the tuple of what the program kept of it, and becomes what is shown; it is left as it is if
  /// it lacks a part.
  void present(Presentation presentation, output::Value& value);

private:
  using Show = void (Presenter::*)(output::Value& value);
#define PRESENTATION(id, spelling) void show_##id(output::Value& value);
#include "program/presentations.def"
#undef PRESENTATION

  [[maybe_unused]] const Manifest& manifest_; // its texts
};

} // namespace trc::runtime
