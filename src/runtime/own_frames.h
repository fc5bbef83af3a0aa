// Which frames of a stack are not of what was traced but of the way from there to the program:
// program/records.h, OwnFrames.
#pragma once

#include <cstddef>
#include <span>

#include "program/manifest.h"

namespace trc::runtime {

/// Looks the functions up and writes their addresses into the data map. Where the kernel does not tell them
/// (before Linux 5.16) they stay 0: then such frames count, but Stacks still leaves them out of what it
/// shows.
void write_own_frames(const Manifest& manifest, std::span<std::byte> data);

} // namespace trc::runtime
