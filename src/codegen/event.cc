// What a program tells the session: events (printf, print of a value, time) on one ring, control messages
// (print and clear of maps, exit) on another, so that a flood of the first can't drop the second.
#include <algorithm>

#include "codegen/layout.h"
#include "codegen/program_builder.h"
#include "program/records.h"
#include "semantic/typed_walk.h"

namespace trc::codegen {
namespace {

// Flag of bpf_ringbuf_query (include/uapi/linux/bpf.h).
constexpr uint64_t kProducerPosition = 3;

} // namespace

llvm::Value* ProgramBuilder::wakeup_flags() {
  return load_word(m_.data(offsetof(ControlWords, wakeup_flags)));
}

void ProgramBuilder::send_event(const typed::Call& call) {
  const EventInfo& event = m_.manifest.events[call.index];
  if (std::ranges::any_of(event.fields, is_packed)) return send_packed(call, event);
  send_fixed(call, event);
}

void ProgramBuilder::store_field(const typed::Expression& e, const ValueLayout& field, Value* record) {
  Value* place = offset(record, field.offset);
  if (e.type.is_scalar())
    store_scalar(scalar(e), place, e.type);
  else
    store(e, place);
}

/// Built in place in the ring: nothing is copied.
void ProgramBuilder::send_fixed(const typed::Call& call, const EventInfo& event) {
  // What has an effect must have it in order, and also when the ring is full: then all comes before the
  // record.
  std::vector<Value*> ready;
  if (std::ranges::any_of(call.arguments, [](const auto& argument) { return typed::has_effect(*argument); }))
    for (const auto& argument : call.arguments)
      ready.push_back(argument->type.is_scalar() ? scalar(*argument) : made(*argument));
  with_record(event, call.index, [&](Value* record) {
    for (size_t i = 0; i < event.fields.size(); ++i) {
      const Type& type = call.arguments[i]->type;
      Value* place = offset(record, event.fields[i].offset);
      if (ready.empty())
        store_field(*call.arguments[i], event.fields[i], record);
      else if (type.is_scalar())
        store_scalar(ready[i], place, type);
      else
        copy(place, ready[i], type.size);
    }
  });
}

/// Reserves a record of a fixed size, has it filled in behind its header, and submits it; without room the
/// loss is counted.
void ProgramBuilder::with_record(const EventInfo& event, uint32_t index,
                                 const std::function<void(Value* record)>& fill) {
  auto& ir = m_.ir;
  Value* reserved = m_.call(Helper::ringbuf_reserve,
                            {m_.map(m_.ring(MapKind::events_ring)), word(event.fixed_size), word(0)});
  Value* record = ir.CreateIntToPtr(reserved, ir.getPtrTy());
  BasicBlock *full = new_block("ring_full"), *room = new_block("fill"), *end = new_block("sent");
  ir.CreateCondBr(is_null(record), full, room);
  ir.SetInsertPoint(full);
  m_.count_loss(LossCause::ring_full, probe_.text);
  ir.CreateBr(end);

  ir.SetInsertPoint(room);
  store_word(word(index | uint64_t{event.fixed_size} << 32), record);
  fill(record);
  m_.call(Helper::ringbuf_submit, {record, wakeup_flags()});
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

/// Built in scratch memory with strings at their true length, and copied once.
void ProgramBuilder::send_packed(const typed::Call& call, const EventInfo& event) {
  auto& ir = m_.ir;
  uint32_t most = event.fixed_size;
  for (const ValueLayout& field : event.fields)
    if (is_packed(field)) most += field.size + 1;
  Value* record = allocate(std::max<uint32_t>(most, 72)); // never on the stack: it is indexed by a variable
  Value* end_of_record = word(event.fixed_size);
  for (size_t i = 0; i < event.fields.size(); ++i) {
    const ValueLayout& field = event.fields[i];
    if (!is_packed(field)) {
      store_field(*call.arguments[i], field, record);
      continue;
    }
    const Mark before = mark();
    Value* place = ir.CreateGEP(ir.getInt8Ty(), record, end_of_record);
    Value* length = field.kind == ValueKind::packed_string ? pack_string(*call.arguments[i], place)
                                                           : pack_buffer(*call.arguments[i], place);
    ir.CreateStore(ir.CreateTrunc(length, ir.getInt32Ty()), offset(record, field.offset));
    end_of_record = ir.CreateAdd(end_of_record, length);
    release(before);
  }
  send_record(record, call.index, end_of_record);
}

/// The header is filled in: the event's index and the record's size.
void ProgramBuilder::send_record(Value* record, uint32_t event, Value* size) {
  auto& ir = m_.ir;
  ir.CreateStore(ir.getInt32(event), record);
  ir.CreateStore(ir.CreateTrunc(size, ir.getInt32Ty()), offset(record, offsetof(EventHeader, size)));
  Value* result =
      m_.call(Helper::ringbuf_output, {m_.map(m_.ring(MapKind::events_ring)), record, size, wakeup_flags()});
  if_true(ir.CreateICmpNE(result, word(0)), [&] { m_.count_loss(LossCause::ring_full, probe_.text); });
}

/// How far the events ring has been written; 0 without one.
llvm::Value* ProgramBuilder::events_position() {
  if (m_.manifest.events.empty()) return word(0);
  return m_.call(Helper::ringbuf_query, {m_.map(m_.ring(MapKind::events_ring)), word(kProducerPosition)});
}

void ProgramBuilder::with_control_record(const std::function<void(Value* record)>& use) {
  auto& ir = m_.ir;
  Value* position = events_position();
  Value* reserved = m_.call(Helper::ringbuf_reserve,
                            {m_.map(m_.ring(MapKind::control_ring)), word(sizeof(ControlRecord)), word(0)});
  Value* record = ir.CreateIntToPtr(reserved, ir.getPtrTy());
  BasicBlock *full = new_block("ring_full"), *fill = new_block("fill"), *end = new_block("sent");
  ir.CreateCondBr(is_null(record), full, fill);
  ir.SetInsertPoint(full);
  m_.count_loss(LossCause::control_ring_full, probe_.text);
  ir.CreateBr(end);
  ir.SetInsertPoint(fill);
  store_word(position, offset(record, offsetof(ControlRecord, events_position)));
  use(record);
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

void ProgramBuilder::submit_control(Value* record, uint32_t action, Value* generation) {
  m_.ir.CreateStore(m_.ir.getInt32(action), record);
  m_.ir.CreateStore(m_.ir.CreateTrunc(generation, m_.ir.getInt32Ty()),
                    offset(record, offsetof(ControlRecord, generation)));
  m_.call(Helper::ringbuf_submit, {record, word(0)});
}

void ProgramBuilder::discard(Value* record) { m_.call(Helper::ringbuf_discard, {record, word(0)}); }

llvm::Value* ProgramBuilder::lower_printf(const typed::Call& call, const Type&) {
  if (probe_.is_pinned)
    write_sequence(call);
  else
    send_event(call);
  return word(0);
}

llvm::Value* ProgramBuilder::lower_errorf(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_warnf(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_cat(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_system(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_skboutput(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_time(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_exit(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  Value* code = call.arguments.empty() ? word(0) : scalar(*call.arguments[0]);
  Value* old = ir.CreateAtomicRMW(llvm::AtomicRMWInst::Xchg, m_.data(offsetof(ControlWords, state)),
                                  word(kEnded), llvm::Align(8), llvm::AtomicOrdering::SequentiallyConsistent);
  // The first call's code counts; but an `end` probe, which runs when all has ended, may still set it.
  Value* counts =
      probe_.run_by == probes::RunBy::session_edge ? ir.getTrue() : ir.CreateICmpNE(old, word(kEnded));
  if_true(counts, [&] { store_word(ir.CreateAnd(code, 0xff), m_.data(offsetof(ControlWords, exit_code))); });
  with_control_record([&](Value* record) { submit_control(record, call.index, word(0)); });
  return_from_program();
  return word(0);
}

} // namespace trc::codegen
