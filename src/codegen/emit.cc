#include "codegen/emit.h"

#include <cstdio>
#include <cstdlib>

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/BasicAliasAnalysis.h>
#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/MemorySSA.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/Analysis/PostDominators.h>
#include <llvm/Analysis/ProfileSummaryInfo.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/IR/PassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include "base/check.h"

extern "C" {
void LLVMInitializeBPFTargetInfo();
void LLVMInitializeBPFTarget();
void LLVMInitializeBPFTargetMC();
void LLVMInitializeBPFAsmPrinter();
}

namespace trc::codegen {
namespace {

std::unique_ptr<llvm::TargetMachine> target_machine() {
  LLVMInitializeBPFTargetInfo();
  LLVMInitializeBPFTarget();
  LLVMInitializeBPFTargetMC();
  LLVMInitializeBPFAsmPrinter();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget("bpf", error);
  TRC_CHECK(target, "this build of LLVM has no BPF target");
  // Version 3 of the instruction set: 32-bit operations, and atomics that give the old value (Linux 5.12).
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      "bpf", "v3", "", {}, std::nullopt, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// The analyses that our passes ask for, registered one by one: PassBuilder would link all passes there are.
void register_analyses(llvm::FunctionAnalysisManager& analyses, llvm::TargetMachine& machine) {
  analyses.registerPass([] { return llvm::PassInstrumentationAnalysis(); });
  analyses.registerPass([] { return llvm::AssumptionAnalysis(); });
  analyses.registerPass([] { return llvm::DominatorTreeAnalysis(); });
  analyses.registerPass([] { return llvm::PostDominatorTreeAnalysis(); });
  analyses.registerPass([] { return llvm::LoopAnalysis(); });
  analyses.registerPass([] { return llvm::BasicAA(); });
  analyses.registerPass([] {
    llvm::AAManager manager;
    manager.registerFunctionAnalysis<llvm::BasicAA>();
    return manager;
  });
  analyses.registerPass([] { return llvm::MemorySSAAnalysis(); });
  analyses.registerPass([] { return llvm::OptimizationRemarkEmitterAnalysis(); });
  analyses.registerPass([] { return llvm::TargetLibraryAnalysis(); });
  analyses.registerPass([&machine] { return machine.getTargetIRAnalysis(); });
}

} // namespace

void set_target(llvm::Module& module) {
  module.setTargetTriple("bpf");
  module.setDataLayout(target_machine()->createDataLayout());
}

void optimize(llvm::Module& module) {
  auto machine = target_machine();
  TRC_CHECK(!llvm::verifyModule(module, &llvm::errs()), "the module is not valid");

  llvm::FunctionAnalysisManager analyses;
  llvm::ModuleAnalysisManager module_analyses;
  register_analyses(analyses, *machine);
  module_analyses.registerPass([] { return llvm::PassInstrumentationAnalysis(); });
  module_analyses.registerPass([] { return llvm::ProfileSummaryAnalysis(); });
  analyses.registerPass([&] { return llvm::ModuleAnalysisManagerFunctionProxy(module_analyses); });

  // A short list of our own. Programs are short and come in a form that these few bring to its end; what a
  // full pipeline does beyond (loops, vectors, inlining) costs time and gives code that the verifier can't
  // follow.
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::ADCEPass());
  for (llvm::Function& function : module)
    if (!function.isDeclaration()) passes.run(function, analyses);
}

/// LLVM ends the process where a program does not fit BPF: jumps reach 32,767 instructions, the stack is 512
/// bytes. That is a limit of the machine, met before anything is loaded; nobody can go on from it.
[[noreturn]] static void give_up(const std::string& reason) {
  std::fprintf(stderr,
               "trc: error: a probe's body is too large for one BPF program (%s)\n"
               "hint: split it over several probes with the same attach point\n",
               reason.c_str());
  std::_Exit(1);
}

struct GiveUpOnErrors : llvm::DiagnosticHandler {
  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    if (info.getSeverity() != llvm::DS_Error) return true;
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    give_up(text);
  }
};

std::string emit(llvm::Module& module, Output output) {
  llvm::remove_fatal_error_handler();
  llvm::install_fatal_error_handler([](void*, const char* reason, bool) { give_up(reason); });
  module.getContext().setDiagnosticHandler(std::make_unique<GiveUpOnErrors>());

  auto machine = target_machine();
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  auto type =
      output == Output::object ? llvm::CodeGenFileType::ObjectFile : llvm::CodeGenFileType::AssemblyFile;
  const bool unsupported = machine->addPassesToEmitFile(passes, stream, nullptr, type);
  TRC_CHECK(!unsupported, "this build of LLVM can't emit BPF");
  passes.run(module);
  return std::string(bytes);
}

} // namespace trc::codegen
