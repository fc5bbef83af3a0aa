// The ways in which a stack can be shown; language.md 3.1 has their lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trc {

enum class StackMode : uint8_t {
  bpftrace, ///< `symbol+offset`
  perf,     ///< `address symbol+offset (module)`
  raw,      ///< the address
  build_id, ///< of the file that the frame is in, and the place in it; user space only
  name,     ///< the function alone: for flame graphs; scripts can't ask for it
};

inline constexpr std::string_view kStackModeNames[] = {"bpftrace", "perf", "raw", "build_id"};

constexpr std::optional<StackMode> stack_mode(std::string_view name) {
  for (size_t i = 0; i < std::size(kStackModeNames); ++i)
    if (kStackModeNames[i] == name) return static_cast<StackMode>(i);
  return {};
}

} // namespace trc
