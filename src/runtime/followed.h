// The processes that --follow has found, as the kernel's map has them.
#pragma once

#include "program/manifest.h"
#include "runtime/maps.h"

namespace trc::runtime {

class Followed {
public:
  Followed(const Manifest& manifest, const LoadedMaps& maps);

  /// Whether one of them has not ended. The process of -p or -c is none of them.
  bool any_left() const;

private:
  int map_ = -1; ///< -1: nothing is followed
  bool ids_are_ours_ = false;
};

} // namespace trc::runtime
