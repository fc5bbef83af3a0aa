// The LLVM module that is being filled: types, globals, calls of kernel helpers, debug locations. What is
// common to all programs of a script; a single program is program_builder.h's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include "codegen/generate.h"
#include "program/manifest.h"

namespace trc::codegen {

enum class Helper : uint16_t {
#define HELPER(name, number) name = number,
#include "codegen/helpers.def"
#undef HELPER
};

class ModuleBuilder {
public:
  ModuleBuilder(const typed::Program& program, const CodegenOptions& options);

  /// Ends layout and debug information; afterwards the module can be optimized and emitted.
  void finish();

  /// The function that the kernel calls. Its section is the program: what it calls follows there.
  llvm::Function* add_program(const std::string& name, const std::string& section);
  /// A further function of a program, with 64 bits as its result.
  llvm::Function* add_function(const std::string& name, const std::string& section,
                               const std::vector<llvm::Type*>& parameters);
  /// Fills another function and then goes on where it was.
  template<class Fill> void within(llvm::Function* function, const Fill& fill) {
    llvm::IRBuilder<>::InsertPointGuard guard(ir);
    llvm::DISubprogram* outer = std::exchange(subprogram_, function->getSubprogram());
    const Span span = span_, at = at_;
    fill();
    subprogram_ = outer;
    span_ = span;
    at_ = at;
  }
  llvm::Value* call(Helper helper, std::initializer_list<llvm::Value*> arguments);
  /// Calls a function of the kernel that is no helper, by its id in the kernel's BTF.
  llvm::Value* call_kernel(uint32_t btf_id, std::initializer_list<llvm::Value*> arguments);
  /// A place in the data map.
  llvm::Value* data(uint64_t offset);
  llvm::Value* data(llvm::Value* offset);
  llvm::Value* map(uint32_t index);
  /// Read-only bytes, NUL-padded to `size`; equal ones are one object.
  llvm::Value* constant_bytes(const std::string& bytes, uint32_t size);
  /// A read-only table of integers of 16 or 64 bits.
  llvm::GlobalVariable* constant_table(const std::vector<uint64_t>& values, uint32_t bytes);
  llvm::Value* zeros(uint32_t size) { return constant_bytes("", size); }
  void set_location(Span span);
  uint32_t lines_before(const Location& at, Span span);
  Span span() const { return span_; }
  /// As long as it lives, place() is that of an expression.
  class Focus {
  public:
    Focus(ModuleBuilder& module, Span span) : module_(module), before_(std::exchange(module.at_, span)) {}
    Focus(const Focus&) = delete;
    Focus& operator=(const Focus&) = delete;
    ~Focus() { module_.at_ = before_; }

  private:
    ModuleBuilder& module_;
    Span before_;
  };
  /// The place of the expression that is being lowered, or else that set_location() named last, as
  /// `FILE:LINE:COLUMN`.
  std::string place() const;
  /// Counts one loss; the counter is made when it is first asked for.
  void count_loss(LossCause cause, const std::string& place);
  uint32_t ring(MapKind kind) const;
  /// A map that the compiler itself needs.
  uint32_t map_named(std::string_view name) const;
  /// Stops LLVM from reasoning about a value: for computations whose form the verifier relies on.
  llvm::Value* opaque(llvm::Value* value);

  llvm::ConstantInt* word(uint64_t value) { return ir.getInt64(value); }

  const typed::Program& program;
  const CodegenOptions& options;
  Manifest manifest;
  llvm::LLVMContext context;
  llvm::Module module;
  llvm::IRBuilder<> ir;

private:
  llvm::Function* add(const std::string& name, const std::string& section, llvm::FunctionType* type,
                      bool is_local);
  llvm::GlobalVariable* external(const std::string& name);
  llvm::GlobalVariable* constant_global(llvm::Constant* initializer);

  llvm::DIBuilder debug_;
  llvm::DIFile* file_ = nullptr;
  llvm::DISubroutineType *program_type_ = nullptr, *function_type_ = nullptr;
  llvm::DISubprogram* subprogram_ = nullptr;
  std::map<std::string, llvm::GlobalVariable*> constants_;
  std::map<std::pair<LossCause, std::string>, size_t> losses_; ///< their indices in the manifest
  Span span_, at_;
};

} // namespace trc::codegen
