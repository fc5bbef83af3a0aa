// What an iterator is called in BTF.
#pragma once

#include <string>
#include <vector>

#include "kernel/btf.h"

namespace trc::probes {

inline const std::string kIteratorFunction = "bpf_iter_"; ///< what a program is attached to
inline const std::string kIteratorContext = "bpf_iter__"; ///< struct of the program's context

/// Names of all iterators of a kernel, sorted.
std::vector<std::string> iterator_names(const Btf& btf);

} // namespace trc::probes
