// Arguments of programs whose context is an array of words, one for each argument: raw tracepoints, fentry,
// fexit.
#pragma once

#include "kernel/kernel.h"
#include "probes/provider.h"

namespace trc::probes {

inline constexpr uint32_t kContextWord = 8;

/// The argument in the word at `offset`, by the BTF of a module or, "", the kernel's own. A struct by value
/// of up to 8 bytes takes one word, too.
Argument word_argument(const Kernel& kernel, const BtfParameter& parameter, uint32_t offset,
                       const std::string& module = {});

} // namespace trc::probes
