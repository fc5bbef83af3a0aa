// Flags of the kernel's memory allocations as text: what `%gr` prints.
#pragma once

#include <cstdint>
#include <string>

namespace trc::output {

/// `GFP_KERNEL|__GFP_ZERO`: compounds of which all bits are set, then single flags; bits without a name as a
/// number. "0" for none.
std::string gfp_flags(uint64_t bits);

} // namespace trc::output
