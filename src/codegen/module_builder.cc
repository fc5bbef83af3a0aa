#include "codegen/module_builder.h"

#include <algorithm>

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/InlineAsm.h>

#include "base/check.h"
#include "base/text.h"
#include "codegen/emit.h"
#include "codegen/layout.h"

namespace trc::codegen {

ModuleBuilder::ModuleBuilder(const typed::Program& program_, const CodegenOptions& options_)
    : program(program_), options(options_), manifest(lay_out(program_, options_)), module("trc", context),
      ir(context), debug_(module) {
  set_target(module);
  module.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  module.addModuleFlag(llvm::Module::Warning, "Dwarf Version", 4);

  const std::string text(options.sources.text(options.source));
  manifest.source_name = options.sources.locate(options.source).source;
  for (std::string_view line : split(text, '\n'))
    manifest.source_lines.emplace_back(line);

  // The source stands in the debug information, or LLVM would look for a file of that name.
  file_ = debug_.createFile(manifest.source_name, ".", std::nullopt, llvm::StringRef(text));
  debug_.createCompileUnit(llvm::dwarf::DW_LANG_C, file_, "trc", true, "", 0);
  // Without parameters: the kernel takes none that has no name, and sees itself what there are.
  auto* number = debug_.createBasicType("int", 32, llvm::dwarf::DW_ATE_signed);
  program_type_ = debug_.createSubroutineType(debug_.getOrCreateTypeArray({number}));
  auto* word = debug_.createBasicType("long", 64, llvm::dwarf::DW_ATE_signed);
  function_type_ = debug_.createSubroutineType(debug_.getOrCreateTypeArray({word}));
}

void ModuleBuilder::finish() {
  finish_layout(manifest, options.cpus);
  debug_.finalize();
}

llvm::Function* ModuleBuilder::add(const std::string& name, const std::string& section,
                                   llvm::FunctionType* type, bool is_local) {
  auto linkage = is_local ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage;
  auto* function = llvm::Function::Create(type, linkage, name, module);
  function->setSection(section);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  auto flags = llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized;
  if (is_local) flags |= llvm::DISubprogram::SPFlagLocalToUnit;
  function->setSubprogram(debug_.createFunction(file_, name, name, file_, 1,
                                                is_local ? function_type_ : program_type_, 1,
                                                llvm::DINode::FlagPrototyped, flags));
  return function;
}

llvm::Function* ModuleBuilder::add_program(const std::string& name, const std::string& section) {
  auto* type = llvm::FunctionType::get(ir.getInt32Ty(), {ir.getPtrTy()}, false);
  llvm::Function* function = add(name, section, type, false);
  subprogram_ = function->getSubprogram();
  return function;
}

llvm::Function* ModuleBuilder::add_function(const std::string& name, const std::string& section,
                                            const std::vector<llvm::Type*>& parameters) {
  // The kernel takes a function as a callback only if it is local to its object.
  return add(name, section, llvm::FunctionType::get(ir.getInt64Ty(), parameters, false), true);
}

/// How many of the manifest's lines stand before those of the text that a place is in. A text that code
/// comes from for the first time is added to them.
uint32_t ModuleBuilder::lines_before(const Location& at, Span span) {
  if (at.source == manifest.source_name) return 0;
  for (const ImportedSource& source : manifest.imported)
    if (source.name == at.source) return source.first;
  manifest.imported.push_back({std::string(at.source), static_cast<uint32_t>(manifest.source_lines.size())});
  for (std::string_view line : split(options.sources.text(span.begin), '\n'))
    manifest.source_lines.emplace_back(line);
  return manifest.imported.back().first;
}

void ModuleBuilder::set_location(Span span) {
  span_ = at_ = span;
  Location at = options.sources.locate(span.begin);
  // BTF has ten bits for a column; more would spill into the line.
  const uint32_t column = std::min<uint32_t>(at.column, 1023);
  ir.SetCurrentDebugLocation(
      llvm::DILocation::get(context, lines_before(at, span) + at.line, column, subprogram_));
}

std::string ModuleBuilder::place() const {
  Location at = options.sources.locate(at_.begin);
  return std::string(at.source) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

llvm::Value* ModuleBuilder::call(Helper helper, std::initializer_list<llvm::Value*> arguments) {
  std::vector<llvm::Type*> types;
  for (llvm::Value* argument : arguments)
    types.push_back(argument->getType());
  auto* type = llvm::FunctionType::get(ir.getInt64Ty(), types, false);
  auto* address = llvm::ConstantExpr::getIntToPtr(word(static_cast<uint64_t>(helper)), ir.getPtrTy());
  return ir.CreateCall(type, address, std::vector<llvm::Value*>(arguments));
}

llvm::Value* ModuleBuilder::call_kernel(uint32_t btf_id, std::initializer_list<llvm::Value*> arguments) {
  std::vector<llvm::Type*> types;
  for (llvm::Value* argument : arguments)
    types.push_back(argument->getType());
  auto* type = llvm::FunctionType::get(ir.getInt64Ty(), types, false);
  return ir.CreateCall(module.getOrInsertFunction("kernel." + std::to_string(btf_id), type),
                       std::vector<llvm::Value*>(arguments));
}

llvm::GlobalVariable* ModuleBuilder::external(const std::string& name) {
  if (auto* known = module.getNamedGlobal(name)) return known;
  return new llvm::GlobalVariable(module, ir.getInt8Ty(), false, llvm::GlobalValue::ExternalLinkage, nullptr,
                                  name);
}

llvm::Value* ModuleBuilder::data(uint64_t offset) { return data(word(offset)); }

llvm::Value* ModuleBuilder::data(llvm::Value* offset) {
  return ir.CreateGEP(ir.getInt8Ty(), external("data"), offset);
}

llvm::Value* ModuleBuilder::map(uint32_t index) { return external("map." + std::to_string(index)); }

llvm::GlobalVariable* ModuleBuilder::constant_global(llvm::Constant* initializer) {
  auto* global = new llvm::GlobalVariable(module, initializer->getType(), true,
                                          llvm::GlobalValue::InternalLinkage, initializer, "constant");
  global->setSection(".rodata");
  global->setAlignment(llvm::Align(8));
  return global;
}

llvm::Value* ModuleBuilder::constant_bytes(const std::string& bytes, uint32_t size) {
  std::string padded = bytes;
  padded.resize(size, '\0');
  auto [entry, is_new] = constants_.try_emplace(padded, nullptr);
  if (is_new) entry->second = constant_global(llvm::ConstantDataArray::getString(context, padded, false));
  return entry->second;
}

llvm::GlobalVariable* ModuleBuilder::constant_table(const std::vector<uint64_t>& values, uint32_t bytes) {
  std::vector<llvm::Constant*> elements;
  auto* type = ir.getIntNTy(bytes * 8);
  for (uint64_t value : values)
    elements.push_back(llvm::ConstantInt::get(type, value));
  return constant_global(llvm::ConstantArray::get(llvm::ArrayType::get(type, values.size()), elements));
}

void ModuleBuilder::count_loss(LossCause cause, const std::string& place) {
  const size_t index = losses_.try_emplace({cause, place}, manifest.losses.size()).first->second;
  if (index == manifest.losses.size()) manifest.losses.push_back({cause, place});
  ir.CreateAtomicRMW(llvm::AtomicRMWInst::Add, data(loss_offset(manifest, index)), word(1), llvm::Align(8),
                     llvm::AtomicOrdering::Monotonic);
}

uint32_t ModuleBuilder::ring(MapKind kind) const {
  auto found = std::find_if(manifest.maps.begin(), manifest.maps.end(),
                            [&](const MapInfo& m) { return m.kind == kind; });
  TRC_CHECK(found != manifest.maps.end(), "a program without this ring writes to it");
  return found - manifest.maps.begin();
}

uint32_t ModuleBuilder::map_named(std::string_view name) const {
  auto found = std::ranges::find(manifest.maps, name, &MapInfo::name);
  TRC_CHECK(found != manifest.maps.end(), "a program uses a map that was not laid out");
  return found - manifest.maps.begin();
}

llvm::Value* ModuleBuilder::opaque(llvm::Value* value) {
  auto* type = llvm::FunctionType::get(value->getType(), {value->getType()}, false);
  return ir.CreateCall(type, llvm::InlineAsm::get(type, "", "=r,0", true), {value});
}

} // namespace trc::codegen
