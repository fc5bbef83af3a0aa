// Has trc evaluate many expressions at once.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expression.h"

namespace differential {

struct Program {
  std::string path;   ///< of trc
  std::string kernel; ///< of a kernel description, for checks without a kernel
};

/// What is shown of each expression, in order; nothing if trc did not run through, and then `error` says why.
/// A first probe gives the leaves their values, others use them: nothing is known when they are compiled.
std::optional<std::vector<std::string>> run(const Program& trc, const std::vector<Leaf>& leaves,
                                            const std::vector<std::string>& expressions, std::string& error);

/// Which of the expressions trc refuses.
std::set<size_t> refused(const Program& trc, const std::vector<std::string>& expressions);

} // namespace differential
