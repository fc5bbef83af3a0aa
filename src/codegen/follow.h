// --follow: which processes are traced is kept in the kernel, by two programs of trc's own. One runs where a
// process makes another one, before that runs; the other one when the last reference to it is gone.
#pragma once

#include "codegen/module_builder.h"

namespace trc::codegen {

/// Whether the current process, whose id in the namespace of trc is `process`, is that of -p or -c or comes
/// from it: an i1. `room` is memory for a word.
llvm::Value* is_followed(ModuleBuilder& m, llvm::Value* process, llvm::Value* room);

/// Adds the two programs to the module and to the manifest, which has the map kFollowed already.
void add_follow_programs(ModuleBuilder& m);

} // namespace trc::codegen
