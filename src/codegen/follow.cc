// See follow.h. The map kFollowed has the ids of processes, as the initial namespace counts them, with the
// time at which each began: an id that is taken anew while the old process has not quite gone is told apart
// by that. An id stays in the map until the task is freed, so that what a process does on its way out is
// traced as well.
#include "codegen/follow.h"

#include <cerrno>

#include "program/records.h"

namespace trc::codegen {
namespace {

using llvm::BasicBlock;
using llvm::Value;

constexpr char kPlace[] = "--follow";
constexpr uint64_t kAny = 0; // BPF_ANY
constexpr uint32_t kWord = sizeof(uint64_t);

/// One of the two programs while it is built.
class Follower {
public:
  Follower(ModuleBuilder& m, const std::string& name, const std::string& tracepoint) : m_(m), ir_(m.ir) {
    ProgramInfo info = {.name = name,
                        .section = "prog." + name,
                        .probe = kPlace,
                        .type = ProgramType::raw_tracepoint,
                        .attachments = {}};
    info.attachments.push_back({.spec = {.provider = "rawtracepoint", .target = tracepoint, .value = 1}});
    function_ = m.add_program(name, info.section);
    m.manifest.programs.push_back(std::move(info));
    ir_.SetInsertPoint(BasicBlock::Create(m.context, "entry", function_));
    m.set_location(m.program.probes.front().span);
    for (Value*& room : rooms_)
      room = ir_.CreateAlloca(ir_.getInt64Ty());
  }

  void made();
  void freed();

private:
  /// A task that the tracepoint hands over.
  Value* argument(uint32_t index) {
    Value* from = ir_.CreateGEP(ir_.getInt64Ty(), function_->getArg(0), m_.word(index));
    return ir_.CreateLoad(ir_.getInt64Ty(), from);
  }

  /// A member of a task in one of the rooms: what does not fill a word is zero.
  Value* read(Value* task, uint32_t offset, uint32_t size, size_t room) {
    ir_.CreateStore(m_.word(0), rooms_[room]);
    m_.call(Helper::probe_read_kernel, {rooms_[room], m_.word(size), ir_.CreateAdd(task, m_.word(offset))});
    return ir_.CreateLoad(ir_.getInt64Ty(), rooms_[room]);
  }

  /// Goes on only if the condition holds.
  void only_if(Value* condition) {
    auto* next = BasicBlock::Create(m_.context, "next", function_);
    auto* out = BasicBlock::Create(m_.context, "out", function_);
    ir_.CreateCondBr(condition, next, out);
    ir_.SetInsertPoint(out);
    end();
    ir_.SetInsertPoint(next);
  }

  void end() { ir_.CreateRet(ir_.getInt32(0)); }

  /// Only the task that a process begins with, or that has taken its lead, has the process's id.
  void only_leaders(Value* task) {
    const ProcessFields& fields = *m_.options.follow;
    Value* thread = read(task, fields.thread, sizeof(uint32_t), 1);
    Value* process = read(task, fields.process, sizeof(uint32_t), 0);
    only_if(ir_.CreateICmpEQ(thread, process));
  }

  Value* own_process();
  void count_failure(Value* result);
  Value* map() { return m_.map(m_.map_named(kFollowed)); }

  ModuleBuilder& m_;
  llvm::IRBuilder<>& ir_;
  llvm::Function* function_ = nullptr;
  Value* rooms_[3] = {}; ///< for the kernel's helpers: the key, the value, and one more
};

/// sched_process_fork(parent, child), in the context of the parent: what it makes is followed if it is
/// itself, and otherwise an id that was left behind is forgotten.
void Follower::made() {
  Value* child = argument(1);
  only_leaders(child);
  read(child, m_.options.follow->start, kWord, 1);
  auto* take = BasicBlock::Create(m_.context, "take", function_);
  auto* forget = BasicBlock::Create(m_.context, "forget", function_);
  ir_.CreateCondBr(is_followed(m_, own_process(), rooms_[2]), take, forget);
  ir_.SetInsertPoint(forget);
  m_.call(Helper::map_delete_elem, {map(), rooms_[0]});
  end();
  ir_.SetInsertPoint(take);
  Value* result = m_.call(Helper::map_update_elem, {map(), rooms_[0], rooms_[1], m_.word(kAny)});
  only_if(ir_.CreateICmpNE(result, m_.word(0)));
  count_failure(result);
}

/// As ProgramBuilder::current_ids() has it.
Value* Follower::own_process() {
  const auto& space = m_.options.pid_namespace;
  if (!space) return ir_.CreateLShr(m_.call(Helper::get_current_pid_tgid, {}), 32);
  m_.call(Helper::get_ns_current_pid_tgid,
          {m_.word(space->device), m_.word(space->inode), rooms_[2], m_.word(kWord)});
  return ir_.CreateLShr(ir_.CreateLoad(ir_.getInt64Ty(), rooms_[2]), 32);
}

void Follower::count_failure(Value* result) {
  auto* full = BasicBlock::Create(m_.context, "full", function_);
  auto* busy = BasicBlock::Create(m_.context, "busy", function_);
  ir_.CreateCondBr(ir_.CreateICmpEQ(ir_.CreateTrunc(result, ir_.getInt32Ty()), ir_.getInt32(-E2BIG)), full,
                   busy);
  ir_.SetInsertPoint(full);
  m_.count_loss(LossCause::map_full, kPlace);
  end();
  ir_.SetInsertPoint(busy);
  m_.count_loss(LossCause::map_busy, kPlace);
  end();
}

/// sched_process_free(task), some time after its end.
void Follower::freed() {
  Value* task = argument(0);
  only_leaders(task);
  Value* known = ir_.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {map(), rooms_[0]}), ir_.getPtrTy());
  only_if(ir_.CreateIsNotNull(known));
  Value* begun = ir_.CreateLoad(ir_.getInt64Ty(), known);
  only_if(ir_.CreateICmpEQ(begun, read(task, m_.options.follow->start, kWord, 1)));
  m_.call(Helper::map_delete_elem, {map(), rooms_[0]});
  end();
}

} // namespace

Value* is_followed(ModuleBuilder& m, Value* process, Value* room) {
  auto& ir = m.ir;
  llvm::Function* function = ir.GetInsertBlock()->getParent();
  auto* look_up = BasicBlock::Create(m.context, "look_up", function);
  auto* done = BasicBlock::Create(m.context, "looked_up", function);
  Value* first = ir.CreateLoad(ir.getInt64Ty(), m.data(offsetof(ControlWords, traced)));
  Value* is_first = ir.CreateICmpEQ(process, first);
  BasicBlock* before = ir.GetInsertBlock();
  ir.CreateCondBr(is_first, done, look_up);

  ir.SetInsertPoint(look_up);
  Value* id = process;
  if (m.options.pid_namespace) id = ir.CreateLShr(m.call(Helper::get_current_pid_tgid, {}), 32);
  ir.CreateStore(id, room);
  Value* found = m.call(Helper::map_lookup_elem, {m.map(m.map_named(kFollowed)), room});
  Value* is_found = ir.CreateICmpNE(found, m.word(0));
  ir.CreateBr(done);

  ir.SetInsertPoint(done);
  auto* result = ir.CreatePHI(ir.getInt1Ty(), 2);
  result->addIncoming(is_first, before);
  result->addIncoming(is_found, look_up);
  return result;
}

void add_follow_programs(ModuleBuilder& m) {
  Follower(m, "trc_made", "sched_process_fork").made();
  Follower(m, "trc_freed", "sched_process_free").freed();
}

} // namespace trc::codegen
