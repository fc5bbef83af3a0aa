// Maps: slots in the data map, elements of hashes, generations, reading and changing in place.
#include <bit>
#include <cerrno>

#include "base/check.h"
#include "codegen/program_builder.h"
#include "program/records.h"

namespace trc::codegen {
namespace {

// Flags of bpf_map_update_elem (include/uapi/linux/bpf.h).
constexpr uint64_t kAny = 0;
constexpr uint64_t kNoExist = 1;

bool is_slot(const MapInfo& map) { return map.kind == MapKind::slot || map.kind == MapKind::percpu_slot; }

} // namespace

/// The generation in use, of a map that has them.
llvm::Value* ProgramBuilder::generation(const MapInfo& map) {
  auto* current = m_.ir.CreateLoad(m_.ir.getInt64Ty(), m_.data(map.generation_offset));
  current->setVolatile(true);
  return current;
}

ProgramBuilder::Slot ProgramBuilder::slot(const MapInfo& map, Value* cpu, Value* in_generation) {
  auto& ir = m_.ir;
  const bool per_cpu = map.kind == MapKind::percpu_slot;
  Value* at = word(map.slot_offset);
  if (map.has_generations) {
    Value* instance = ir.CreateAnd(in_generation ? in_generation : generation(map), generations_of(map) - 1);
    at = ir.CreateAdd(at, ir.CreateMul(instance, word(map.slot_stride * (per_cpu ? m_.options.cpus : 1))));
  }
  if (per_cpu) {
    // The mask is for the verifier: it does not know how many CPUs there are.
    Value* bounded = ir.CreateAnd(cpu ? cpu : m_.call(Helper::get_smp_processor_id, {}),
                                  std::bit_ceil(m_.options.cpus) - 1);
    at = ir.CreateAdd(at, ir.CreateMul(bounded, word(map.slot_stride)));
    Value* value = m_.data(at);
    return {nullptr, value};
  }
  Value* is_set = m_.data(at);
  return {is_set, offset(is_set, 8)};
}

llvm::Value* ProgramBuilder::map_pointer(const typed::MapAccess& access, BasicBlock* missing) {
  const MapInfo& map = info(access);
  return map.has_generations ? instance_pointer(access.map, generation(map), missing) : m_.map(access.map);
}

llvm::Value* ProgramBuilder::instance_pointer(uint32_t map, Value* generation, BasicBlock* missing) {
  Value* key = allocate(8);
  Value* instance = m_.ir.CreateAnd(generation, generations_of(m_.manifest.maps[map]) - 1);
  m_.ir.CreateStore(m_.ir.CreateTrunc(instance, m_.ir.getInt32Ty()), key);
  Value* inner = m_.ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {m_.map(map), key}), m_.ir.getPtrTy());
  BasicBlock* found = new_block("generation");
  m_.ir.CreateCondBr(is_null(inner), missing, found);
  m_.ir.SetInsertPoint(found);
  return inner;
}

llvm::Value* ProgramBuilder::key_address(const typed::MapAccess& access) {
  const typed::Expression& key = *access.key;
  if (!key.type.is_scalar()) return address(key);
  Value* place = allocate(8);
  store_scalar(scalar(key), place, key.type);
  return place;
}

/// Goes on behind both `missing` and here, with `value` from here and `absent` from there.
llvm::Value* ProgramBuilder::or_absent(Value* value, BasicBlock* missing, Value* absent, bool is_failure) {
  auto& ir = m_.ir;
  BasicBlock *from = ir.GetInsertBlock(), *end = new_block("end");
  ir.CreateBr(end);
  ir.SetInsertPoint(missing);
  if (is_failure) count_missing_key();
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
  auto* phi = ir.CreatePHI(value->getType(), 2);
  phi->addIncoming(value, from);
  phi->addIncoming(absent, missing);
  return phi;
}

llvm::Value* ProgramBuilder::with_element(const typed::MapAccess& access, Value* absent, const Use& present,
                                          bool is_failure) {
  auto& ir = m_.ir;
  Value* key = key_address(access);
  BasicBlock *missing = new_block("missing"), *found = new_block("found");
  Value* element =
      ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {map_pointer(access, missing), key}), ir.getPtrTy());
  ir.CreateCondBr(is_null(element), missing, found);
  ir.SetInsertPoint(found);
  return or_absent(present(element), missing, absent, is_failure);
}

llvm::Value* ProgramBuilder::with_new_element(const typed::MapAccess& access, Value* absent, const Use& use) {
  auto& ir = m_.ir;
  Value* key = key_address(access);
  BasicBlock *missing = new_block("missing"), *insert = new_block("insert"), *found = new_block("found");
  BasicBlock* failed = new_block("failed");
  Value* map = map_pointer(access, missing);
  Value* element = ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {map, key}), ir.getPtrTy());
  BasicBlock* first = ir.GetInsertBlock();
  ir.CreateCondBr(is_null(element), insert, found);

  // If another CPU was first the insertion fails, and the look-up finds that one's element.
  ir.SetInsertPoint(insert);
  Value* zeros = m_.zeros(info(access).value.size);
  Value* result = m_.call(Helper::map_update_elem, {map, key, zeros, word(kNoExist)});
  Value* inserted = ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {map, key}), ir.getPtrTy());
  BasicBlock* second = ir.GetInsertBlock();
  ir.CreateCondBr(is_null(inserted), failed, found);

  ir.SetInsertPoint(failed);
  count_failed_insertion(result, info(access).name);
  ir.CreateBr(missing);

  ir.SetInsertPoint(found);
  auto* at = ir.CreatePHI(ir.getPtrTy(), 2);
  at->addIncoming(element, first);
  at->addIncoming(inserted, second);
  return or_absent(use(at), missing, absent);
}

/// E2BIG says that the map is full; anything else (ENOMEM, EBUSY) that it could not take the key at this
/// moment.
void ProgramBuilder::count_failed_insertion(Value* result, const std::string& map) {
  BasicBlock *full = new_block("full"), *busy = new_block("busy"), *end = new_block("counted");
  // Before Linux 6.4 the map's function that the call ends in gives an int: only 32 bits of the register
  // count.
  Value* error = m_.ir.CreateTrunc(result, m_.ir.getInt32Ty());
  m_.ir.CreateCondBr(m_.ir.CreateICmpEQ(error, m_.ir.getInt32(-E2BIG)), full, busy);
  for (auto [block, cause] : {std::pair(full, LossCause::map_full), {busy, LossCause::map_busy}}) {
    m_.ir.SetInsertPoint(block);
    m_.count_loss(cause, map);
    m_.ir.CreateBr(end);
  }
  m_.ir.SetInsertPoint(end);
}

llvm::Value* ProgramBuilder::read_scalar(const typed::MapAccess& access, const Type& type) {
  if (is_slot(info(access))) return load_scalar(slot(info(access), nullptr).value, type);
  return with_element(
      access, word(0), [&](Value* element) { return load_scalar(element, type); }, true);
}

llvm::Value* ProgramBuilder::read_address(const typed::MapAccess& access, const Type& type) {
  if (is_slot(info(access))) return slot(info(access), nullptr).value;
  // Copied: the element could change or be reused while it is looked at.
  Value* place = allocate(type.size);
  zero(place, type.size);
  with_element(
      access, word(0), [&](Value* element) { return copy(place, element, type.size), word(0); }, true);
  return place;
}

llvm::Value* ProgramBuilder::for_each_cpu(const std::function<void(Value* cpu)>& body) {
  auto& ir = m_.ir;
  BasicBlock *before = ir.GetInsertBlock(), *loop = new_block("cpu"), *end = new_block("all_cpus");
  ir.CreateBr(loop);
  ir.SetInsertPoint(loop);
  auto* cpu = ir.CreatePHI(ir.getInt64Ty(), 2);
  body(cpu);
  Value* next = ir.CreateAdd(cpu, word(1));
  cpu->addIncoming(word(0), before);
  cpu->addIncoming(next, ir.GetInsertBlock());
  ir.CreateCondBr(ir.CreateICmpULT(next, word(m_.options.cpus)), loop, end);
  ir.SetInsertPoint(end);
  return next;
}

/// count, sum, min, max or avg as one number: what the CPUs have, put together in two words of memory. `each`
/// calls what it is given with the memory of each CPU.
llvm::Value* ProgramBuilder::add_up(const Type& type, const std::function<void(const Add&)>& each) {
  auto& ir = m_.ir;
  Value *total = allocate(8), *count = allocate(8);
  store_word(word(0), total);
  store_word(word(0), count);
  const bool extreme = type.kind == TypeKind::min || type.kind == TypeKind::max;
  const bool two_words = extreme || type.kind == TypeKind::avg;
  each([&](Value* memory) {
    Value* first = load_word(memory);
    Value* second = two_words ? load_word(offset(memory, 8)) : word(1);
    if (!extreme) {
      store_word(ir.CreateAdd(load_word(total), first), total);
      store_word(ir.CreateAdd(load_word(count), second), count);
      return;
    }
    Value* held = load_word(total);
    store_word(ir.CreateSelect(ir.CreateICmpUGT(first, held), first, held), total);
    store_word(ir.CreateOr(load_word(count), second), count);
  });
  if (extreme) {
    Value* best = merit(load_word(total), type.is_signed, type.kind == TypeKind::max);
    return ir.CreateSelect(ir.CreateICmpEQ(load_word(count), word(0)), word(0), best);
  }
  if (type.kind != TypeKind::avg) return load_word(total);
  return divide(BinaryOperator::divide, type.is_signed, load_word(total), load_word(count), "");
}

void ProgramBuilder::each_element(Value* map, Value* key, const Add& add) {
  for_each_cpu([&](Value* cpu) {
    Value* found = m_.call(Helper::map_lookup_percpu_elem, {map, key, cpu});
    Value* element = m_.ir.CreateIntToPtr(found, m_.ir.getPtrTy());
    if_true(m_.ir.CreateIsNotNull(element), [&] { add(element); });
  });
}

llvm::Value* ProgramBuilder::read_aggregation(const typed::MapAccess& access, const Type& type) {
  return add_up(type, [&](const Add& add) {
    if (is_slot(info(access))) {
      for_each_cpu([&](Value* cpu) { add(slot(info(access), cpu).value); });
      return;
    }
    Value* key = key_address(access);
    BasicBlock* missing = new_block("missing");
    Value* map = map_pointer(access, missing);
    if (m_.options.counts_failures)
      if_true(m_.ir.CreateICmpEQ(m_.call(Helper::map_lookup_elem, {map, key}), word(0)),
              [&] { count_missing_key(); });
    each_element(map, key, add);
    branch_to(missing);
    m_.ir.SetInsertPoint(missing);
  });
}

llvm::Value* ProgramBuilder::update_in_place(BinaryOperator op, bool is_signed, Value* place,
                                             Value* operand) {
  using Rmw = llvm::AtomicRMWInst;
  auto atomically = [&](Rmw::BinOp rmw, Value* value) {
    return m_.ir.CreateAtomicRMW(rmw, place, value, llvm::Align(8), llvm::AtomicOrdering::Monotonic);
  };
  switch (op) {
  case BinaryOperator::add: return atomically(Rmw::Add, operand);
  case BinaryOperator::subtract: return atomically(Rmw::Add, m_.ir.CreateNeg(operand));
  case BinaryOperator::bit_and: return atomically(Rmw::And, operand);
  case BinaryOperator::bit_or: return atomically(Rmw::Or, operand);
  case BinaryOperator::bit_xor: return atomically(Rmw::Xor, operand);
  default: break;
  }
  Value* old = load_word(place);
  typed::Binary node = {.op = op, .left = nullptr, .right = nullptr, .is_signed = is_signed};
  store_word(arithmetic(node, old, operand), place);
  return old;
}

llvm::Value* ProgramBuilder::map_step(const typed::MapStep& node, const Type& type) {
  const bool up = node.op == UnaryOperator::pre_increment || node.op == UnaryOperator::post_increment;
  const bool before = node.op == UnaryOperator::post_increment || node.op == UnaryOperator::post_decrement;
  const uint64_t by = up ? node.by : -uint64_t{node.by};
  auto change = [&](Value* place) {
    Value* old = update_in_place(BinaryOperator::add, type.is_signed, place, word(by));
    return before ? old : m_.ir.CreateAdd(old, word(by));
  };
  if (!is_slot(info(node.access))) return with_new_element(node.access, word(0), change);
  Slot place = slot(info(node.access), nullptr);
  store_word(word(1), place.is_set);
  return change(place.value);
}

void ProgramBuilder::update_map(const typed::UpdateMap& node) {
  Value* operand = scalar(*node.value);
  auto change = [&](Value* place) { return update_in_place(node.op, node.is_signed, place, operand); };
  if (!is_slot(info(node.access))) {
    with_new_element(node.access, word(0), change);
    return;
  }
  Slot place = slot(info(node.access), nullptr);
  store_word(word(1), place.is_set);
  change(place.value);
}

void ProgramBuilder::assign_map(const typed::AssignMap& node) {
  const Type& type = node.value->type;
  if (is_slot(info(node.access))) {
    Value* number = type.is_scalar() ? scalar(*node.value) : nullptr;
    Value* from = number ? nullptr : address(*node.value);
    Slot place = slot(info(node.access), nullptr);
    if (number)
      store_scalar(number, place.value, type);
    else
      copy(place.value, from, type.size);
    store_word(word(1), place.is_set);
    return;
  }
  Value* from;
  if (type.is_scalar()) {
    from = allocate(8);
    store_scalar(scalar(*node.value), from, type);
  } else {
    from = address(*node.value);
  }
  Value* key = key_address(node.access);
  BasicBlock* missing = new_block("missing");
  Value* map = map_pointer(node.access, missing);
  Value* result = m_.call(Helper::map_update_elem, {map, key, from, word(kAny)});
  if_true(m_.ir.CreateICmpNE(result, word(0)),
          [&] { count_failed_insertion(result, info(node.access).name); });
  branch_to(missing);
  m_.ir.SetInsertPoint(missing);
}

} // namespace trc::codegen
