// Ids and names of tasks, and what is done to them; what the kernel's helpers make of files and sockets.
#include <algorithm>

#include "codegen/program_builder.h"
#include "program/records.h"

namespace trc::codegen {

/// Of the current task, as the namespace of trc counts them, or the initial one.
ProgramBuilder::Ids ProgramBuilder::current_ids(bool of_all) {
  auto& ir = m_.ir;
  const auto& space = m_.options.pid_namespace;
  if (!space || of_all) {
    Value* both = m_.call(Helper::get_current_pid_tgid, {});
    return {ir.CreateLShr(both, 32), ir.CreateAnd(both, 0xffffffff)};
  }
  // struct bpf_pidns_info {u32 pid, tgid}; the helper clears it for a task of another namespace.
  Value* info = allocate(8);
  m_.call(Helper::get_ns_current_pid_tgid, {word(space->device), word(space->inode), info, word(8)});
  Value* both = load_word(info);
  return {ir.CreateLShr(both, 32), ir.CreateAnd(both, 0xffffffff)};
}

/// An id of the current task by its place there, if that can be; a load is cheaper than a call.
llvm::Value* ProgramBuilder::task_id(std::optional<uint32_t> at, bool of_all) {
  if (!at || !has_task() || (m_.options.pid_namespace && !of_all)) return nullptr;
  return m_.ir.CreateZExt(m_.ir.CreateLoad(m_.ir.getInt32Ty(), offset(task_, *at)), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::lower_pid(const typed::Call& call, const Type&) {
  const bool of_all = call.index != 0;
  Value* known = task_id(task_fields_.process, of_all);
  return known ? known : current_ids(of_all).process;
}

llvm::Value* ProgramBuilder::lower_tid(const typed::Call& call, const Type&) {
  const bool of_all = call.index != 0;
  Value* known = task_id(task_fields_.thread, of_all);
  return known ? known : current_ids(of_all).thread;
}

llvm::Value* ProgramBuilder::lower_has_cpid(const typed::Call&, const Type&) {
  Value* child = load_word(m_.data(offsetof(ControlWords, child)));
  return m_.ir.CreateZExt(m_.ir.CreateICmpNE(child, word(0)), m_.ir.getInt64Ty());
}

/// The name of another task. The kernel keeps the task as long as it is looked at; its name may be changed
/// meanwhile, but has a NUL at its end at all times.
void ProgramBuilder::store_comm_of(const typed::Call& call, uint32_t size, Value* to) {
  auto& ir = m_.ir;
  auto fact = [&](size_t index) {
    return static_cast<uint32_t>(std::get<typed::Constant>(call.arguments[index]->node).bits);
  };
  Value* id = scalar(*call.arguments[0]);
  zero(to, size);
  Value* task = ir.CreateIntToPtr(m_.call_kernel(fact(1), {id}), ir.getPtrTy());
  BasicBlock *found = new_block("task"), *missing = new_block("no_task"), *end = new_block("named");
  ir.CreateCondBr(is_null(task), missing, found);
  ir.SetInsertPoint(found);
  read_string(AddressSpace::kernel, to, word(size), offset(task, fact(3)));
  m_.call_kernel(fact(2), {task});
  ir.CreateBr(end);
  ir.SetInsertPoint(missing);
  copy(to, m_.constant_bytes("N/A", size), size);
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

llvm::Value* ProgramBuilder::lower_signal(const typed::Call& call, const Type&) {
  m_.call(Helper::send_signal, {scalar(*call.arguments[0])});
  return word(0);
}

llvm::Value* ProgramBuilder::lower_signal_thread(const typed::Call& call, const Type&) {
  m_.call(Helper::send_signal_thread, {scalar(*call.arguments[0])});
  return word(0);
}

llvm::Value* ProgramBuilder::lower_override(const typed::Call& call, const Type&) {
  Value* result = scalar(*call.arguments[0]);
  m_.call(Helper::override_return, {context(), result});
  return word(0);
}

llvm::Value* ProgramBuilder::lower_write_user(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const auto& source = std::get<typed::Call>(call.arguments[1]->node);
  const uint32_t size = call.arguments[1]->type.size - 4;
  Value* to = ir.CreateIntToPtr(scalar(*call.arguments[0]), ir.getPtrTy());
  Value* bytes = allocate(size);
  zero(bytes, size);
  Value* count = m_.opaque(read_buffer(source, size, bytes));
  Value* bounded = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(count, word(size)), count, word(size)));
  // What could not be read is not written.
  Value* result = choose(
      ir.CreateICmpNE(bounded, word(0)),
      [&] {
        return m_.call(Helper::probe_write_user, {to, bytes, bounded});
      },
      [&]() -> Value* { return word(~uint64_t{0}); });
  return ir.CreateZExt(ir.CreateICmpEQ(ir.CreateTrunc(result, ir.getInt32Ty()), ir.getInt32(0)),
                       ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::lower_socket_cookie(const typed::Call& call, const Type&) {
  const Place socket = place(*call.arguments[0]);
  auto ask = [&] { return m_.call(Helper::get_socket_cookie, {socket.base}); };
  if (!socket.is_there) return ask();
  return choose(socket.is_there, ask, [&]() -> Value* { return word(0); });
}

/// The helper puts the path together at the end of the place and then moves it: what it leaves behind the NUL
/// is no part of it. A path for which there is no room it does not begin to write.
void ProgramBuilder::store_path(const typed::Call& call, uint32_t size, Value* to) {
  constexpr uint64_t kLongest = 4096; // PATH_MAX
  const Place file = place(*call.arguments[0]);
  const auto most = static_cast<uint32_t>(std::min(m_.program.settings.max_strlen, kLongest));
  Value* room = allocate(std::max(size, most));
  zero(to, size);
  auto read = [&] {
    Value* length = m_.call(Helper::d_path, {file.base, room, word(std::max(size, most))});
    BasicBlock *is_there = new_block("path"), *is_not = new_block("no_path"), *end = new_block("end");
    m_.ir.CreateCondBr(m_.ir.CreateICmpSGT(length, word(0)), is_there, is_not);
    m_.ir.SetInsertPoint(is_there);
    read_string(AddressSpace::kernel, to, word(size), room);
    m_.ir.CreateBr(end);
    m_.ir.SetInsertPoint(is_not);
    m_.count_loss(LossCause::string_cut, m_.place());
    m_.ir.CreateBr(end);
    m_.ir.SetInsertPoint(end);
  };
  if (!file.is_there) return read();
  if_true(file.is_there, read);
}

} // namespace trc::codegen
