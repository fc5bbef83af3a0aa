// Shows values that stand for something else: an address as a name, a number as a user. What their parts are
// is told in program/presentations.def. What the system has to be asked for is asked when the first such
// value is shown, and kept.
#pragma once

#include <optional>

#include "output/value.h"
#include "program/manifest.h"
#include "runtime/cgroups.h"
#include "runtime/users.h"

namespace trc::runtime {

class Stacks;

class Presenter {
public:
  /// Without `stacks` what stands for a stack or symbol stays as it is.
  explicit Presenter(const Manifest& manifest, Stacks* stacks = nullptr)
      : manifest_(manifest), stacks_(stacks) {}

  /// `value` is the tuple of what the program kept of it, and becomes what is shown; it is left as it is if
  /// it lacks a part.
  void present(const ValueLayout& layout, output::Value& value);

private:
  using Show = void (Presenter::*)(output::Value& value);
#define PRESENTATION(id, spelling) void show_##id(output::Value& value);
#include "program/presentations.def"
#undef PRESENTATION

  void show_stack(output::Value& value, bool is_kernel);
  /// One of the manifest's; null if there is none of that number.
  const std::string* text(uint64_t index) const {
    return index < manifest_.texts.size() ? &manifest_.texts[index] : nullptr;
  }

  const Manifest& manifest_;
  Users users_;
  Cgroups cgroups_;
  std::optional<uint64_t> boot_time_, tai_offset_; ///< what makes them nanoseconds since 1970
  Stacks* stacks_;
  const ValueLayout* layout_ = nullptr; ///< of the value that is being shown
};

} // namespace trc::runtime
