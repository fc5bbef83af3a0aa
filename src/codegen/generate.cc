#include "codegen/generate.h"

#include <llvm/IR/DebugInfo.h>
#include <llvm/Support/raw_ostream.h>

#include "codegen/emit.h"
#include "codegen/follow.h"
#include "codegen/module_builder.h"
#include "codegen/program_builder.h"

namespace trc {
namespace {

void build_all(codegen::ModuleBuilder& module) {
  for (size_t i = 0; i < module.program.probes.size(); ++i)
    codegen::ProgramBuilder(module, module.program.probes[i], i).build();
  if (module.options.follow) codegen::add_follow_programs(module);
  module.finish();
}

} // namespace

CompiledProgram generate(const typed::Program& program, const CodegenOptions& options) {
  codegen::ModuleBuilder module(program, options);
  build_all(module);
  codegen::optimize(module.module);
  return {.object = codegen::emit(module.module, codegen::Output::object),
          .manifest = std::move(module.manifest)};
}

std::string dump_code(const typed::Program& program, const CodegenOptions& options, CodeForm form) {
  codegen::ModuleBuilder module(program, options);
  build_all(module);
  if (form != CodeForm::llvm) codegen::optimize(module.module);
  // Without debug information the text is the code alone.
  llvm::StripDebugInfo(module.module);
  if (form == CodeForm::assembly) return codegen::emit(module.module, codegen::Output::assembly);
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.module.print(stream, nullptr);
  return text;
}

} // namespace trc
