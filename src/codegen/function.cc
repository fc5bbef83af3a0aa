// Programs of more than one function: the bodies of loops, which the kernel calls, and the script's own `fn`.
// They lie in the program's section, behind its own function, and share its 512 bytes of stack: variables and
// temporaries lie in scratch memory. That serves the verifier as well: numbers from there are just any
// numbers to it, so that one round of a loop is like the next.
#include <algorithm>
#include <tuple>

#include "codegen/program_builder.h"
#include "program/records.h"
#include "semantic/typed_walk.h"

namespace trc::codegen {
namespace {

bool is_loop(const typed::Statement& s) {
  return std::holds_alternative<typed::While>(s.node) || std::holds_alternative<typed::ForRange>(s.node) ||
         std::holds_alternative<typed::ForMap>(s.node);
}

bool is_function_call(const typed::Expression& e) {
  return std::holds_alternative<typed::FunctionCall>(e.node);
}

/// Whether it is worked out in a loop (search.cc).
bool goes_over_bytes(const typed::Expression& e) {
  auto* call = std::get_if<typed::Call>(&e.node);
  return call && (call->id == BuiltinId::glob || call->id == BuiltinId::strstr);
}

} // namespace

llvm::Value* ProgramBuilder::frame_word(uint32_t index) {
  return m_.ir.CreateLoad(m_.ir.getPtrTy(), offset(frame_, 8 * index));
}

void ProgramBuilder::open_frame() {
  frame_ = new llvm::AllocaInst(llvm::ArrayType::get(m_.ir.getPtrTy(), 2), 0, nullptr, llvm::Align(8),
                                "frame", function_->getEntryBlock().begin());
  m_.ir.CreateStore(context_, offset(frame_, 8 * kContextWord));
  m_.ir.CreateStore(scratch_, offset(frame_, 8 * kScratchWord));
  store_word(word(kStays), scratch_at(kLeaving));
  if (!probe_index_) return;
  probe_index_at_ = reserve(8);
  store_word(probe_index_, scratch_at(probe_index_at_));
}

llvm::Value* ProgramBuilder::context() {
  return part_ == Part::program ? context_ : frame_word(kContextWord);
}

llvm::Value* ProgramBuilder::probe_index() {
  return part_ == Part::program || !probe_index_ ? probe_index_ : load_word(scratch_at(probe_index_at_));
}

llvm::Value* ProgramBuilder::variable(typed::VariableId id) {
  return frame_ ? scratch_at(variable_places_[id]) : variables_[id];
}

void ProgramBuilder::declare(const std::vector<Type>& variables) {
  variables_.clear();
  variable_places_.clear();
  variable_types_ = &variables;
  for (const Type& type : variables) {
    const uint32_t size = std::max<uint32_t>(type.size, 8);
    if (frame_)
      variable_places_.push_back(reserve(size));
    else
      variables_.push_back(allocate(size));
  }
}

/// The functions that a body calls, each behind those that it calls itself.
void ProgramBuilder::build_functions(const typed::Block& body) {
  auto needs_frame = [](const auto& node) {
    if constexpr (std::is_same_v<decltype(node), const typed::Statement&>)
      return is_loop(node);
    else
      return is_function_call(node) || goes_over_bytes(node);
  };
  if (!has_functions_ && typed::any_of(body, needs_frame)) {
    has_functions_ = true;
    reserve(8); // kLeaving
  }
  typed::any_of(body, [&](const typed::Expression& e) {
    if (auto* call = std::get_if<typed::FunctionCall>(&e.node)) build_function(call->function);
    return false;
  });
}

void ProgramBuilder::build_function(typed::FunctionId id) {
  if (functions_.contains(id)) return;
  const typed::Function& source = m_.program.functions[id];
  build_functions(source.body);
  Subprogram& built = functions_[id];
  built.type = source.result;
  built.exits = exits(source.body);
  built.function = m_.add_function(source.name, section_, {m_.ir.getPtrTy()});
  built.result = reserve(std::max<uint32_t>(source.result.size, 8));
  subprogram_ = &built;
  fill(built.function, Part::function, source.span, [&] {
    declare(source.variables);
    built.variables = variable_places_;
    // Who falls off its end returns zero.
    if (source.result.is_scalar())
      store_word(word(0), scratch_at(built.result));
    else
      zero(scratch_at(built.result), source.result.size);
    block(source.body);
    branch_to(exit_);
    m_.ir.SetInsertPoint(exit_);
    m_.ir.CreateRet(source.result.is_scalar() ? load_word(scratch_at(built.result)) : word(0));
  });
  subprogram_ = nullptr;
  // It can be called from anywhere: nothing else may lie where its variables and temporaries do.
  scratch_used_ = scratch_size_;
}

/// Fills a function of the program's besides the first; its last parameter is the frame. `body` has to put
/// something into exit_.
void ProgramBuilder::fill(llvm::Function* function, Part part, Span span, const std::function<void()>& body) {
  auto state = [&] { return std::tie(function_, part_, exit_, frame_, on_break_, on_continue_); };
  const auto outer = std::tuple(function_, part_, exit_, frame_, on_break_, on_continue_);
  m_.within(function, [&] {
    function_ = function;
    part_ = part;
    frame_ = function->getArg(function->arg_size() - 1);
    exit_ = BasicBlock::Create(m_.context, "exit", function);
    m_.ir.SetInsertPoint(BasicBlock::Create(m_.context, "entry", function, exit_));
    m_.set_location(span);
    body();
  });
  state() = outer;
}

/// Whether it can end the whole program.
template<class Node> bool ProgramBuilder::exits(const Node& node) const {
  return typed::any_of(node, [&](const typed::Expression& e) {
    if (auto* call = std::get_if<typed::FunctionCall>(&e.node)) return functions_.at(call->function).exits;
    auto* call = std::get_if<typed::Call>(&e.node);
    return call && call->id == BuiltinId::exit;
  });
}

template<class Node> bool ProgramBuilder::returns_or_exits(const Node& node) const {
  auto returns = [](const auto& inner) {
    if constexpr (std::is_same_v<decltype(inner), const typed::Statement&>)
      return std::holds_alternative<typed::Return>(inner.node);
    else
      return false;
  };
  return exits(node) || typed::any_of(node, returns);
}

/// Whether it can end more than a loop that it is the body or the condition of.
bool ProgramBuilder::leaves(const typed::Block& block) const { return returns_or_exits(block); }

bool ProgramBuilder::leaves(const typed::Expression& condition) const { return returns_or_exits(condition); }

llvm::Value* ProgramBuilder::call_function(const typed::FunctionCall& node) {
  const Subprogram& callee = functions_.at(node.function);
  pass_arguments(node, callee);
  Value* result = m_.ir.CreateCall(callee.function, {frame_});
  if (callee.exits) leave_if_left();
  return result;
}

void ProgramBuilder::pass_arguments(const typed::FunctionCall& node, const Subprogram& callee) {
  // To work out an argument can mean to call the same function: its variables are not touched before all
  // arguments are known.
  std::vector<Value*> ready;
  auto calls = [](const auto& argument) { return typed::any_of(*argument, is_function_call); };
  if (std::ranges::any_of(node.arguments, calls))
    for (const auto& argument : node.arguments)
      ready.push_back(argument->type.is_scalar() ? scalar(*argument) : made(*argument));
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const typed::Expression& argument = *node.arguments[i];
    if (argument.type.is_scalar()) {
      Value* value = ready.empty() ? scalar(argument) : ready[i];
      store_word(value, scratch_at(callee.variables[i]));
    } else if (ready.empty()) {
      store(argument, scratch_at(callee.variables[i]));
    } else {
      copy(scratch_at(callee.variables[i]), ready[i], argument.type.size);
    }
  }
}

void ProgramBuilder::return_statement(const typed::Return& node) {
  // Of a test, which fails by it as by exit(): the session looks at one of them.
  if (node.value && !subprogram_) store_word(scalar(*node.value), m_.data(offsetof(ControlWords, exit_code)));
  if (node.value && subprogram_) {
    if (node.value->type.is_scalar()) {
      Value* value = scalar(*node.value);
      store_word(value, scratch_at(subprogram_->result));
    } else {
      store(*node.value, scratch_at(subprogram_->result));
    }
  }
  leave(kLeavesFunction);
}

/// Out of this function, and on out of those that called it, as far as `how` says.
void ProgramBuilder::leave(Leaving how) {
  const bool ends_here = part_ == Part::program || (part_ == Part::function && how == kLeavesFunction);
  if (!ends_here) store_word(word(how), scratch_at(kLeaving));
  branch_to(exit_);
}

/// Behind a call or loop that may have been left by more than itself.
void ProgramBuilder::leave_if_left() {
  Value* how = load_word(scratch_at(kLeaving));
  BasicBlock *left = new_block("left"), *stays = new_block("stays");
  m_.ir.CreateCondBr(m_.ir.CreateICmpNE(how, word(kStays)), left, stays);
  m_.ir.SetInsertPoint(left);
  // A `return` ends with this function; exit() goes on.
  if (part_ == Part::function) store_word(m_.ir.CreateAnd(how, word(kLeavesProgram)), scratch_at(kLeaving));
  m_.ir.CreateBr(exit_);
  m_.ir.SetInsertPoint(stays);
}

} // namespace trc::codegen
