// What a script does to a map as a whole: print, clear, zero, len. And printing what an aggregation holds, as
// it stands at the statement.
#include <cerrno>
#include <tuple>

#include "codegen/program_builder.h"
#include "program/records.h"

namespace trc::codegen {
namespace {

// Flag of bpf_map_update_elem (include/uapi/linux/bpf.h).
constexpr uint64_t kNoExist = 1;

/// Whether it is enough, for an empty value, that each of its words is made zero by itself. Another program
/// may just be writing: of an average it could have written one word and not yet the other.
bool has_single_words(ValueKind kind) {
  switch (kind) {
  case ValueKind::min:
  case ValueKind::max:
  case ValueKind::avg:
  case ValueKind::stats:
  case ValueKind::quantile:
  case ValueKind::tseries: return false;
  default: return true;
  }
}

} // namespace

/// A function that the kernel calls for each element of a map: with the map, the key, the value, and what was
/// handed to bpf_for_each_map_elem(). It shares the stack with its caller and has no temporaries.
llvm::Function* ProgramBuilder::element_function(const char* name,
                                                 const std::function<void(llvm::Function*)>& body) {
  llvm::Function* function = m_.add_function(name, section_, std::vector<llvm::Type*>(4, m_.ir.getPtrTy()));
  const Span span = m_.span();
  const auto outer = std::tuple(function_, exit_);
  m_.within(function, [&] {
    function_ = function;
    exit_ = BasicBlock::Create(m_.context, "exit", function);
    m_.ir.SetInsertPoint(BasicBlock::Create(m_.context, "entry", function, exit_));
    m_.set_location(span);
    body(function);
    branch_to(exit_);
    m_.ir.SetInsertPoint(exit_);
    m_.ir.CreateRet(word(0)); // on to the next element
  });
  std::tie(function_, exit_) = outer;
  return function;
}

/// Tells the session that there is a print() that it has to show this generation to: nobody may empty it in
/// place.
void ProgramBuilder::mark_printed(const MapInfo& map, Value* generation) {
  keep_better(m_.data(map.generation_offset + offsetof(GenerationWords, printed)),
              m_.ir.CreateAdd(generation, word(1)));
}

llvm::Value* ProgramBuilder::lower_print(const typed::Call& call, const Type&) {
  if (!call.arguments.empty()) {
    const auto* whole = std::get_if<typed::AggregationRead>(&call.arguments.front()->node);
    if (whole && call.arguments.front()->type.is_aggregation())
      send_aggregation(call, whole->access);
    else
      send_event(call);
    return word(0);
  }
  const MapInfo& map = m_.manifest.maps[m_.manifest.actions[call.index].map];
  with_control_record([&](Value* record) {
    Value* current = map.has_generations ? generation(map) : word(0);
    if (map.has_generations) mark_printed(map, current);
    submit_control(record, call.index, current);
  });
  return word(0);
}

/// All CPUs' memory, one after the other: the session puts them together. A histogram that had to be added up
/// here would take more steps than the verifier follows.
void ProgramBuilder::send_aggregation(const typed::Call& call, const typed::MapAccess& access) {
  auto& ir = m_.ir;
  const EventInfo& event = m_.manifest.events[call.index];
  const ValueLayout& field = event.fields.front();
  const bool is_slot = !access.key;
  Value* key = is_slot ? nullptr : key_address(access);
  BasicBlock* missing = new_block("missing");
  Value* map = is_slot ? nullptr : map_pointer(access, missing);
  with_record(event, call.index, [&](Value* record) {
    for_each_cpu([&](Value* cpu) {
      Value* to =
          ir.CreateGEP(ir.getInt8Ty(), offset(record, field.offset), ir.CreateMul(cpu, word(field.size)));
      if (is_slot) return copy(to, slot(info(access), cpu).value, field.size);
      Value* found = m_.call(Helper::map_lookup_percpu_elem, {map, key, cpu});
      Value* element = ir.CreateIntToPtr(found, ir.getPtrTy());
      BasicBlock *absent = new_block("absent"), *present = new_block("present"), *next = new_block("next");
      ir.CreateCondBr(is_null(element), absent, present);
      ir.SetInsertPoint(absent);
      zero(to, field.size);
      ir.CreateBr(next);
      ir.SetInsertPoint(present);
      copy(to, element, field.size);
      ir.CreateBr(next);
      ir.SetInsertPoint(next);
    });
  });
  branch_to(missing);
  ir.SetInsertPoint(missing);
}

/// Moves on to the next instance of the map, here and now, and leaves the old one to the session. The record
/// that tells it so is reserved first: a retired instance that nobody hears of would never be used again.
/// `carry` takes over into the new one what shall stay. If all other instances still wait for the session, or
/// there is no room for the record, the one in use is emptied in place. (Even a record that is discarded
/// takes room in the ring until the session has passed it: so none is reserved in vain.)
void ProgramBuilder::retire(const typed::Call& call, const std::function<void(Value* retired)>& carry,
                            const std::function<void(Value* current)>& empty) {
  auto& ir = m_.ir;
  const MapInfo& map = m_.manifest.maps[m_.manifest.actions[call.index].map];
  Value* words = m_.data(map.generation_offset);
  Value* current = generation(map);
  Value* recycled = load_volatile(offset(words, offsetof(GenerationWords, recycled)));
  BasicBlock *reserve = new_block("reserve"), *swap = new_block("swap"), *busy = new_block("busy"),
             *end = new_block("cleared");
  ir.CreateCondBr(ir.CreateICmpULT(ir.CreateSub(current, recycled), word(generations_of(map) - 1)), reserve,
                  busy);
  ir.SetInsertPoint(reserve);
  Value* position = events_position();
  Value* reserved = m_.call(Helper::ringbuf_reserve,
                            {m_.map(m_.ring(MapKind::control_ring)), word(sizeof(ControlRecord)), word(0)});
  Value* record = ir.CreateIntToPtr(reserved, ir.getPtrTy());
  ir.CreateCondBr(is_null(record), busy, swap);
  ir.SetInsertPoint(busy);
  empty_in_place(map, current, empty);
  ir.CreateBr(end);

  ir.SetInsertPoint(swap);
  store_word(position, offset(record, offsetof(ControlRecord, events_position)));
  Value* next = ir.CreateAdd(current, word(1));
  BasicBlock *first = new_block("first"), *second = new_block("second");
  ir.CreateCondBr(ir.CreateICmpEQ(exchange_word(words, current, next), current), first, second);
  ir.SetInsertPoint(first);
  submit_control(record, call.index, current);
  if (carry) carry(current);
  ir.CreateBr(end);
  // Another CPU has just cleared the map: that was this clear, too.
  ir.SetInsertPoint(second);
  discard(record);
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

/// Not if a print() waits for what is in it, and not if that could go wrong: that is counted.
void ProgramBuilder::empty_in_place(const MapInfo& map, Value* current,
                                    const std::function<void(Value* current)>& empty) {
  auto& ir = m_.ir;
  BasicBlock *free = new_block("free"), *waits = new_block("waits"), *end = new_block("emptied");
  const bool can_be_emptied = empty && (is_hash(map.kind) || has_single_words(map.value.kind));
  Value* printed = load_volatile(m_.data(map.generation_offset + offsetof(GenerationWords, printed)));
  ir.CreateCondBr(can_be_emptied ? ir.CreateICmpULE(printed, current) : ir.getFalse(), free, waits);
  ir.SetInsertPoint(waits);
  m_.count_loss(LossCause::clear_deferred, map.name);
  ir.CreateBr(end);
  ir.SetInsertPoint(free);
  if (can_be_emptied) empty(current);
  branch_to(end);
  ir.SetInsertPoint(end);
}

/// Slots, of all CPUs.
void ProgramBuilder::empty_slots(const MapInfo& map, Value* generation, bool keeps_mark) {
  if (map.kind == MapKind::percpu_slot) {
    for_each_cpu([&](Value* cpu) { zero(slot(map, cpu, generation).value, map.value.size); });
    return;
  }
  Slot place = slot(map, nullptr, generation);
  zero(place.value, map.value.size);
  if (!keeps_mark) store_word(word(0), place.is_set);
}

llvm::Value* ProgramBuilder::lower_clear(const typed::Call& call, const Type&) {
  const uint32_t index = m_.manifest.actions[call.index].map;
  const MapInfo& map = m_.manifest.maps[index];
  retire(call, {}, [&](Value* current) {
    if (!is_hash(map.kind)) return empty_slots(map, current, false);
    BasicBlock* missing = new_block("missing");
    Value* instance = instance_pointer(index, current, missing);
    auto* remove = element_function("remove", [&](llvm::Function* f) {
      m_.call(Helper::map_delete_elem, {f->getArg(0), f->getArg(1)});
    });
    m_.call(Helper::for_each_map_elem, {instance, remove, word(0), word(0)});
    branch_to(missing);
    m_.ir.SetInsertPoint(missing);
  });
  return word(0);
}

/// The keys stay, and the mark that a scalar has a value.
llvm::Value* ProgramBuilder::lower_zero(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const uint32_t index = call.access.map;
  const MapInfo& map = m_.manifest.maps[index];
  if (!map.has_generations) return zero(slot(map, nullptr).value, map.value.size), word(0);
  if (map.kind == MapKind::percpu_slot) return lower_clear(call, {});
  if (map.kind == MapKind::slot) {
    auto carry = [&](Value* retired) {
      Value* was_set = load_word(slot(map, nullptr, retired).is_set);
      if_true(ir.CreateICmpNE(was_set, word(0)),
              [&] { store_word(word(1), slot(map, nullptr, ir.CreateAdd(retired, word(1))).is_set); });
    };
    retire(call, carry, [&](Value* current) { empty_slots(map, current, true); });
    return word(0);
  }
  retire(
      call, [&](Value* retired) { carry_keys(index, retired); },
      [&](Value* current) { zero_elements(index, current); });
  return word(0);
}

/// The keys of a retired instance, with zeros, in the one after it.
void ProgramBuilder::carry_keys(uint32_t index, Value* retired) {
  auto& ir = m_.ir;
  BasicBlock* missing = new_block("missing");
  Value* from = instance_pointer(index, retired, missing);
  Value* to = instance_pointer(index, ir.CreateAdd(retired, word(1)), missing);
  const MapInfo& map = m_.manifest.maps[index];
  auto* place = new llvm::AllocaInst(ir.getPtrTy(), 0, nullptr, llvm::Align(8), "next_instance",
                                     function_->getEntryBlock().begin());
  ir.CreateStore(to, place);
  auto* insert = element_function("carry", [&](llvm::Function* f) {
    Value* next = ir.CreateLoad(ir.getPtrTy(), f->getArg(3));
    Value* result =
        m_.call(Helper::map_update_elem, {next, f->getArg(1), m_.zeros(map.value.size), word(kNoExist)});
    Value* error = ir.CreateTrunc(result, ir.getInt32Ty());
    // Somebody has used the key already: then it is there.
    Value* is_lost =
        ir.CreateAnd(ir.CreateICmpNE(error, ir.getInt32(0)), ir.CreateICmpNE(error, ir.getInt32(-EEXIST)));
    if_true(is_lost, [&] { count_failed_insertion(result, map.name); });
  });
  m_.call(Helper::for_each_map_elem, {from, insert, place, word(0)});
  branch_to(missing);
  ir.SetInsertPoint(missing);
}

void ProgramBuilder::zero_elements(uint32_t index, Value* current) {
  auto& ir = m_.ir;
  BasicBlock* missing = new_block("missing");
  Value* instance = instance_pointer(index, current, missing);
  const MapInfo& map = m_.manifest.maps[index];
  auto* empty = element_function("zero", [&](llvm::Function* f) {
    if (!is_percpu_hash(map.kind)) return zero(f->getArg(2), map.value.size);
    each_element(f->getArg(0), f->getArg(1), [&](Value* memory) { zero(memory, map.value.size); });
  });
  m_.call(Helper::for_each_map_elem, {instance, empty, word(0), word(0)});
  branch_to(missing);
  ir.SetInsertPoint(missing);
}

/// The kernel counts the elements of its hash tables since Linux 6.6; before that they are visited.
llvm::Value* ProgramBuilder::lower_len(const typed::Call& call, const Type&) {
  BasicBlock* missing = new_block("missing");
  Value* map = map_pointer(call.access, missing);
  Value* count = nullptr;
  if (call.index != 0) {
    count = m_.call_kernel(call.index, {map});
  } else {
    auto* visit = element_function("visit", [](llvm::Function*) {});
    count = m_.call(Helper::for_each_map_elem, {map, visit, word(0), word(0)});
  }
  return or_absent(count, missing, word(0));
}

/// One look-up: what is found goes into the variable that the call names.
llvm::Value* ProgramBuilder::lower_find(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const Type& type = (*variable_types_)[call.index];
  const Type& held = typed_map(call.access).value;
  Value* key = key_address(call.access);
  BasicBlock *missing = new_block("missing"), *found = new_block("found");
  Value* map = map_pointer(call.access, missing);
  Value* element = ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {map, key}), ir.getPtrTy());
  ir.CreateCondBr(is_null(element), missing, found);
  ir.SetInsertPoint(found);
  if (held.is_aggregation())
    store_word(add_up(held, [&](const Add& add) { each_element(map, key, add); }), variable(call.index));
  else if (type.is_scalar())
    store_word(load_scalar(element, held), variable(call.index));
  else
    copy(variable(call.index), element, type.size);
  return or_absent(word(1), missing, word(0));
}

} // namespace trc::codegen
