// Stacks as flame graphs want them: the way from the root to the leaf, and how much it weighs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "output/value.h"

namespace trc::output {

struct FoldedFrame {
  enum class Kind : uint8_t { label, user, kernel };
  std::string name; ///< without `;` and line feeds, which separate in the folded form
  Kind kind = Kind::label;
  auto operator<=>(const FoldedFrame&) const = default;
};

struct FoldedStack {
  std::vector<FoldedFrame> frames; ///< root first
  uint64_t weight = 0;
  bool marks_kernel = false; ///< the key has a user stack, too
};

/// Whether the keys of this part of a map hold stacks, and its values have a weight.
bool is_foldable(const MapView& map);

/// What else is in the key comes first, in its order, then user frames, then kernel frames. The weight is the
/// entry's number, the total of a stats(), the count of a histogram; negative ones weigh nothing.
FoldedStack fold(const MapEntry& entry);

/// `main;work;vfs_read 12` and a line feed. Kernel frames end in `_[k]` if the key has a user stack, too.
void append_folded(std::string& out, const FoldedStack& stack);

} // namespace trc::output
