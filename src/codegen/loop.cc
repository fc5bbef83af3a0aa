// Loops. The kernel's bpf_loop() and bpf_for_each_map_elem() run them, calling the body as a function: the
// verifier has to look at one round only, and no proof is needed that the loop ends.
#include <tuple>

#include "codegen/program_builder.h"
#include "semantic/typed_walk.h"

namespace trc::codegen {
namespace {

// The most rounds of one bpf_loop(): BPF_MAX_LOOPS (include/linux/bpf.h).
constexpr uint64_t kMostRounds = 1 << 23;

// What a body returns to the kernel.
constexpr uint64_t kGoOn = 0, kEnd = 1;

} // namespace

/// The body of a loop as a function; its last parameter is the frame. `end` runs when the body ends the loop,
/// for whatever reason.
llvm::Function* ProgramBuilder::loop_body(const char* name, const std::vector<llvm::Type*>& parameters,
                                          const std::function<void()>& round,
                                          const std::function<void()>& end) {
  auto& ir = m_.ir;
  llvm::Function* function = m_.add_function(name, section_, parameters);
  fill(function, Part::loop_body, m_.span(), [&] {
    on_break_ = exit_;
    on_continue_ = new_block("next");
    round();
    branch_to(on_continue_);
    ir.SetInsertPoint(on_continue_);
    ir.CreateRet(word(kGoOn));
    ir.SetInsertPoint(exit_);
    if (end) end();
    ir.CreateRet(word(kEnd));
  });
  return function;
}

void ProgramBuilder::while_loop(const typed::While& node) {
  const uint32_t has_ended = reserve(8);
  store_word(word(0), scratch_at(has_ended));
  auto round = [&] {
    BasicBlock* body = new_block("body");
    const Mark before = mark();
    m_.ir.CreateCondBr(truth(*node.condition), body, exit_);
    release(before);
    m_.ir.SetInsertPoint(body);
    block(node.body);
  };
  auto* body = loop_body("while", {m_.ir.getInt64Ty(), m_.ir.getPtrTy()}, round,
                         [&] { store_word(word(1), scratch_at(has_ended)); });
  m_.call(Helper::loop, {word(kMostRounds), body, frame_, word(0)});
  if (leaves(node.body) || leaves(*node.condition)) leave_if_left();
  // The rounds have come to their end: has the loop, too? A condition that does something is not asked again.
  auto count = [&] { m_.count_loss(LossCause::loop_limit, m_.place()); };
  if_true(m_.ir.CreateICmpEQ(load_word(scratch_at(has_ended)), word(0)), [&] {
    if (typed::has_effect(*node.condition))
      count();
    else
      if_true(truth(*node.condition), count);
  });
}

void ProgramBuilder::unroll(const typed::Unroll& node) {
  const auto outer = std::pair(on_break_, on_continue_);
  BasicBlock* end = new_block("unrolled");
  for (uint32_t i = 1; i <= node.count; ++i) {
    BasicBlock* next = i == node.count ? end : new_block("round");
    on_break_ = end;
    on_continue_ = next;
    block(node.body);
    branch_to(next);
    m_.ir.SetInsertPoint(next);
  }
  std::tie(on_break_, on_continue_) = outer;
}

/// The number of rounds, by way of memory. Where the verifier of Linux 6.18 knows that there are none it
/// never looks at the body, takes it out, and then misses it.
llvm::Value* ProgramBuilder::not_known(Value* number) {
  if (llvm::isa<llvm::ConstantInt>(number)) return number;
  Value* place = allocate(8);
  store_word(number, place);
  auto* loaded = m_.ir.CreateLoad(m_.ir.getInt64Ty(), place);
  loaded->setVolatile(true);
  return loaded;
}

void ProgramBuilder::for_range(const typed::ForRange& node) {
  auto& ir = m_.ir;
  Value *from = scalar(*node.from), *to = scalar(*node.to);
  const uint32_t first = reserve(8);
  store_word(from, scratch_at(first));
  Value* any = node.from->type.is_signed ? ir.CreateICmpSGT(to, from) : ir.CreateICmpUGT(to, from);
  Value* count = ir.CreateSelect(any, ir.CreateSub(to, from), word(0));
  Value* too_many = ir.CreateICmpUGT(count, word(kMostRounds));
  Value* rounds = not_known(ir.CreateSelect(too_many, word(kMostRounds), count));
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(rounds); known && known->isZero()) return;
  auto* body = loop_body("for", {ir.getInt64Ty(), ir.getPtrTy()}, [&] {
    Value* index = ir.CreateAnd(function_->getArg(0), word(0xffffffff));
    store_word(ir.CreateAdd(load_word(scratch_at(first)), index), variable(node.variable));
    block(node.body);
  });
  Value* done = m_.call(Helper::loop, {rounds, body, frame_, word(0)});
  if (leaves(node.body)) leave_if_left();
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(too_many); known && known->isZero()) return;
  Value* is_cut = ir.CreateAnd(too_many, ir.CreateICmpEQ(done, word(kMostRounds)));
  if_true(is_cut, [&] { m_.count_loss(LossCause::loop_limit, m_.place()); });
}

/// The map that is looped over is the instance that is in use when the loop begins, also if the body clears
/// it.
void ProgramBuilder::for_map(const typed::ForMap& node) {
  auto& ir = m_.ir;
  auto* body = loop_body("for", std::vector<llvm::Type*>(4, ir.getPtrTy()), [&] {
    const Mark before = mark();
    store_pair(node, function_->getArg(0), function_->getArg(1), function_->getArg(2));
    release(before);
    block(node.body);
  });
  typed::MapAccess access;
  access.map = node.map;
  BasicBlock* missing = new_block("missing");
  m_.call(Helper::for_each_map_elem, {map_pointer(access, missing), body, frame_, word(0)});
  branch_to(missing);
  ir.SetInsertPoint(missing);
  if (leaves(node.body)) leave_if_left();
}

/// Key and value, copied; of an aggregation what it stands at over all CPUs, of a histogram nothing.
void ProgramBuilder::store_pair(const typed::ForMap& node, Value* map, Value* key, Value* value) {
  const Type& pair = (*variable_types_)[node.variable];
  const auto offsets = element_offsets(pair);
  Value* to = variable(node.variable);
  zero(to, pair.size);
  copy(to, key, pair.elements[0].size);
  if (pair.elements.size() == 1) return;
  Value* second = offset(to, offsets[1]);
  const Type& type = m_.program.maps[node.map].value;
  if (type.is_aggregation())
    store_scalar(add_up(type, [&](const Add& add) { each_element(map, to, add); }), second, pair.elements[1]);
  else
    copy(second, value, pair.elements[1].size);
}

} // namespace trc::codegen
