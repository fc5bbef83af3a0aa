// From an LLVM module to BPF: the passes, the target machine, the object's bytes or its assembly.
#pragma once

#include <string>

#include <llvm/IR/Module.h>

namespace trc::codegen {

/// Sets target and data layout: before any code is built, as the alignment of loads and stores derives from
/// them.
void set_target(llvm::Module& module);
void optimize(llvm::Module& module);
enum class Output : unsigned char { object, assembly };
std::string emit(llvm::Module& module, Output output);

} // namespace trc::codegen
