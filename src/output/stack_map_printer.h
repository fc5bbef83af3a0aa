// Maps whose keys are stacks go elsewhere than the rest.
#pragma once

#include <functional>
#include <memory>

#include "output/folded.h"
#include "output/printer.h"

namespace trc::output {

/// Hands what the stack maps hold at the end to `use` instead of to `inner`, which gets everything else.
std::unique_ptr<Printer> make_final_stacks_printer(std::unique_ptr<Printer> inner,
                                                   std::function<void(const FoldedStack&)> use);

} // namespace trc::output
