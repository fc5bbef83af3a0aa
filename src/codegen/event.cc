// What a program tells the session: events (printf, print of a value, time) on one ring, control messages
// (print and clear of maps, exit) on another, so that a flood of the first can't drop the second.
#include "codegen/layout.h"
#include "codegen/program_builder.h"
#include "program/records.h"

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
  for (const ValueLayout& field : event.fields)
    if (field.kind == ValueKind::packed_string) return send_packed(call, event);
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
  auto& ir = m_.ir;
  // Numbers are worked out before the record is reserved: it should be held as short as can be.
  std::vector<Value*> numbers;
  for (const auto& argument : call.arguments)
    numbers.push_back(argument->type.is_scalar() ? scalar(*argument) : nullptr);
  Value* reserved = m_.call(Helper::ringbuf_reserve,
                            {m_.map(m_.ring(MapKind::events_ring)), word(event.fixed_size), word(0)});
  Value* record = ir.CreateIntToPtr(reserved, ir.getPtrTy());
  BasicBlock *full = new_block("ring_full"), *fill = new_block("fill"), *end = new_block("sent");
  ir.CreateCondBr(is_null(record), full, fill);
  ir.SetInsertPoint(full);
  m_.count_loss(LossCause::ring_full, probe_.text);
  ir.CreateBr(end);

  ir.SetInsertPoint(fill);
  store_word(word(call.index | uint64_t{event.fixed_size} << 32), record);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const ValueLayout& field = event.fields[i];
    if (numbers[i])
      store_scalar(numbers[i], offset(record, field.offset), call.arguments[i]->type);
    else
      store_field(*call.arguments[i], field, record);
  }
  m_.call(Helper::ringbuf_submit, {record, wakeup_flags()});
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

/// Built in scratch memory with strings at their true length, and copied once.
void ProgramBuilder::send_packed(const typed::Call& call, const EventInfo& event) {
  auto& ir = m_.ir;
  uint32_t most = event.fixed_size;
  for (const ValueLayout& field : event.fields)
    if (field.kind == ValueKind::packed_string) most += field.size + 1;
  Value* record = allocate(std::max<uint32_t>(most, 72)); // never on the stack: it is indexed by a variable
  Value* end_of_record = word(event.fixed_size);
  for (size_t i = 0; i < event.fields.size(); ++i) {
    const ValueLayout& field = event.fields[i];
    if (field.kind != ValueKind::packed_string) {
      store_field(*call.arguments[i], field, record);
      continue;
    }
    Value* length = pack_string(*call.arguments[i], ir.CreateGEP(ir.getInt8Ty(), record, end_of_record));
    ir.CreateStore(ir.CreateTrunc(length, ir.getInt32Ty()), offset(record, field.offset));
    end_of_record = ir.CreateAdd(end_of_record, length);
  }
  // Header: the event's index and the record's size.
  ir.CreateStore(ir.getInt32(call.index), record);
  ir.CreateStore(ir.CreateTrunc(end_of_record, ir.getInt32Ty()), offset(record, offsetof(EventHeader, size)));
  Value* result = m_.call(Helper::ringbuf_output,
                          {m_.map(m_.ring(MapKind::events_ring)), record, end_of_record, wakeup_flags()});
  if_true(ir.CreateICmpNE(result, word(0)), [&] { m_.count_loss(LossCause::ring_full, probe_.text); });
}

void ProgramBuilder::send_control(uint32_t action, Value* generation, Value* value) {
  auto& ir = m_.ir;
  Value* position = word(0);
  if (!m_.manifest.events.empty())
    position =
        m_.call(Helper::ringbuf_query, {m_.map(m_.ring(MapKind::events_ring)), word(kProducerPosition)});
  Value* reserved = m_.call(Helper::ringbuf_reserve,
                            {m_.map(m_.ring(MapKind::control_ring)), word(sizeof(ControlRecord)), word(0)});
  Value* record = ir.CreateIntToPtr(reserved, ir.getPtrTy());
  BasicBlock *full = new_block("ring_full"), *fill = new_block("fill"), *end = new_block("sent");
  ir.CreateCondBr(is_null(record), full, fill);
  ir.SetInsertPoint(full);
  m_.count_loss(LossCause::control_ring_full, probe_.text);
  ir.CreateBr(end);
  ir.SetInsertPoint(fill);
  ir.CreateStore(ir.getInt32(action), record);
  ir.CreateStore(ir.CreateTrunc(generation, ir.getInt32Ty()),
                 offset(record, offsetof(ControlRecord, generation)));
  store_word(position, offset(record, offsetof(ControlRecord, events_position)));
  store_word(value, offset(record, offsetof(ControlRecord, value)));
  m_.call(Helper::ringbuf_submit, {record, word(0)});
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

llvm::Value* ProgramBuilder::lower_printf(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_time(const typed::Call& call, const Type&) {
  return send_event(call), word(0);
}

llvm::Value* ProgramBuilder::lower_print(const typed::Call& call, const Type&) {
  if (!call.arguments.empty()) return send_event(call), word(0);
  const MapInfo& map = m_.manifest.maps[m_.manifest.actions[call.index].map];
  send_control(call.index, map.has_generations ? generation(map) : word(0), word(0));
  return word(0);
}

/// Moves on to the next instance of the map, here and now, and leaves the old one to the session.
llvm::Value* ProgramBuilder::lower_clear(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const MapInfo& map = m_.manifest.maps[m_.manifest.actions[call.index].map];
  Value* words = m_.data(map.generation_offset);
  Value* current = generation(map);
  auto* recycled = ir.CreateLoad(ir.getInt64Ty(), offset(words, offsetof(GenerationWords, recycled)));
  recycled->setVolatile(true);
  BasicBlock *swap = new_block("swap"), *deferred = new_block("deferred"), *end = new_block("cleared");
  ir.CreateCondBr(ir.CreateICmpULT(ir.CreateSub(current, recycled), word(kGenerations - 1)), swap, deferred);
  ir.SetInsertPoint(deferred);
  m_.count_loss(LossCause::clear_deferred, map.name);
  ir.CreateBr(end);
  ir.SetInsertPoint(swap);
  auto order = llvm::AtomicOrdering::SequentiallyConsistent;
  Value* result =
      ir.CreateAtomicCmpXchg(words, current, ir.CreateAdd(current, word(1)), llvm::Align(8), order, order);
  // If another CPU has just cleared the map, that was this clear too.
  if_true(ir.CreateICmpEQ(ir.CreateExtractValue(result, 0), current),
          [&] { send_control(call.index, current, word(0)); });
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
  return word(0);
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
  send_control(call.index, word(0), code);
  return_from_program();
  return word(0);
}

} // namespace trc::codegen
