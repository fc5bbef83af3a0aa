// Stacks. What a program keeps of one is a key of 16 bytes (program/records.h: StackKey), so that stacks are
// cheap as keys, values and variables, and equal ones are equal. A program that meets a stack for the first
// time, by the set of those that are known, sends its frames to the session; from then on the key is enough.
#include "codegen/program_builder.h"
#include "program/records.h"
#include "semantic/limits.h"

namespace trc::codegen {
namespace {

// Flag of bpf_get_stack (include/uapi/linux/bpf.h); the low byte says how many frames to skip.
constexpr uint64_t kUserStack = 1 << 8;
// Flag of bpf_map_update_elem.
constexpr uint64_t kAny = 0;
constexpr uint32_t kFrame = 8;
/// Frames of a tracepoint's own at most, and how large the code of such a function is at most.
constexpr uint32_t kMostOwn = 2, kMostOwnCode = 512;

// Odd numbers with their bits well mixed, to multiply with.
constexpr uint64_t kFirst = 0x9e3779b97f4a7c15, kSecond = 0xc2b2ae3d27d4eb4f, kThird = 0xd6e8feb86659fd93,
                   kFourth = 0xa0761d6478bd642f;

/// Frames between the helper and what was traced that are always there: the program itself, and the function
/// that runs it. Where a program is handed the registers of what it has interrupted, the kernel begins there.
uint64_t own_frames(ProgramType type) {
  switch (type) {
  case ProgramType::btf_tracepoint: // bpf_trace_runN
  case ProgramType::fentry:
  case ProgramType::fexit: return 2; // the trampoline
  case ProgramType::raw_tracepoint: return 1;
  default: return 0;
  }
}

} // namespace

/// One step of a hash; for a given hash no two words give the same, nor two hashes for a given word.
llvm::Value* ProgramBuilder::mix(Value* hash, Value* next, uint64_t by) {
  Value* product = m_.ir.CreateMul(m_.ir.CreateXor(hash, next), word(by));
  return m_.ir.CreateXor(product, m_.ir.CreateLShr(product, 32));
}

/// Two hashes side by side, over the frames at even places and at odd ones: neither waits for the other.
/// Behind the last frame there has to be a zero. `most` is the bound of the loop for verifiers that don't see
/// the end in a comparison of two registers (Linux 6.1).
ProgramBuilder::Lanes ProgramBuilder::hash_frames(Value* frames, Value* bytes, uint32_t most, Lanes seeds) {
  auto& ir = m_.ir;
  BasicBlock *before = ir.GetInsertBlock(), *loop = new_block("hash"), *end = new_block("hashed");
  BasicBlock* test = new_block("more");
  ir.CreateBr(test);
  ir.SetInsertPoint(test);
  auto *at = ir.CreatePHI(ir.getInt64Ty(), 2), *low = ir.CreatePHI(ir.getInt64Ty(), 2),
       *high = ir.CreatePHI(ir.getInt64Ty(), 2);
  ir.CreateCondBr(ir.CreateICmpULT(at, bytes), loop, end);
  ir.SetInsertPoint(loop);
  Value* from = ir.CreateGEP(ir.getInt8Ty(), frames, at);
  Value* next_low = mix(low, ir.CreateAlignedLoad(ir.getInt64Ty(), from, llvm::Align(8)), kFirst);
  Value* odd = ir.CreateGEP(ir.getInt8Ty(), from, word(kFrame));
  Value* next_high = mix(high, ir.CreateAlignedLoad(ir.getInt64Ty(), odd, llvm::Align(8)), kSecond);
  Value* next = m_.opaque(ir.CreateAdd(at, word(2 * kFrame)));
  ir.CreateCondBr(ir.CreateICmpULT(next, word(most)), test, end);
  at->addIncoming(word(0), before);
  at->addIncoming(next, loop);
  low->addIncoming(seeds.low, before);
  low->addIncoming(next_low, loop);
  high->addIncoming(seeds.high, before);
  high->addIncoming(next_high, loop);
  ir.SetInsertPoint(end);
  auto *low_end = ir.CreatePHI(ir.getInt64Ty(), 2), *high_end = ir.CreatePHI(ir.getInt64Ty(), 2);
  low_end->addIncoming(low, test);
  low_end->addIncoming(next_low, loop);
  high_end->addIncoming(high, test);
  high_end->addIncoming(next_high, loop);
  return {low_end, high_end};
}

/// How many bytes of the frames that begin a stack belong to the tracepoint: its handler for BPF, which may
/// have been called straight from the traced place or by a function that calls all handlers. Where these are,
/// the session has written into the data map.
llvm::Value* ProgramBuilder::tracepoint_bytes(Value* frames, Value* bytes) {
  auto& ir = m_.ir;
  const uint32_t words = m_.manifest.own_frames_offset + index_ * sizeof(OwnFrames);
  auto is_own = [&](uint32_t frame) {
    Value* address = load_word(offset(frames, frame * kFrame));
    Value* result = ir.getFalse();
    for (uint32_t at : {offsetof(OwnFrames, handler), offsetof(OwnFrames, iterator)})
      result = ir.CreateOr(result, ir.CreateICmpULT(ir.CreateSub(address, load_word(m_.data(words + at))),
                                                    word(kMostOwnCode)));
    return result;
  };
  Value* first = is_own(0);
  Value* second = ir.CreateAnd(first, is_own(1));
  Value* own = ir.CreateAdd(ir.CreateZExt(first, ir.getInt64Ty()), ir.CreateZExt(second, ir.getInt64Ty()));
  own = ir.CreateMul(own, word(kFrame));
  // What lies behind is of another time. The known number stands on the right: only there does the verifier
  // see, before Linux 6.8, that the comparison can end in one way only.
  own = ir.CreateSelect(ir.CreateICmpUGE(bytes, own), own, word(0));
  return ir.CreateAnd(m_.opaque(own), 3 * kFrame);
}

/// Asks the kernel for the stack. `record` has room for the frames that are not wanted, too.
ProgramBuilder::Captured ProgramBuilder::capture(const typed::Call& call, Value* record, uint32_t limit) {
  auto& ir = m_.ir;
  const bool is_user = call.id == BuiltinId::ustack;
  const bool is_tracepoint = !is_user && probe_.type == ProgramType::btf_tracepoint;
  const uint64_t skip = is_user ? 0 : own_frames(probe_.type), most = limit + (is_tracepoint ? kMostOwn : 0);
  Value* frames = offset(record, sizeof(StackRecord));
  Value* got =
      m_.call(Helper::get_stack, {context(), frames, word(most * kFrame), word(is_user ? kUserStack : skip)});
  Value* failed = ir.CreateICmpSLT(got, word(0));
  Value* bytes = m_.opaque(ir.CreateSelect(failed, word(0), got));
  if (call.index == 0 || call.index > kUsualFrames)
    if_true(ir.CreateICmpUGE(bytes, word((kUsualFrames - skip) * kFrame)),
            [&] { m_.count_loss(LossCause::stack_cut, m_.place()); });
  if (is_tracepoint) {
    Value* own = tracepoint_bytes(frames, bytes);
    record = ir.CreateGEP(ir.getInt8Ty(), record, own);
    bytes = ir.CreateSub(bytes, own);
  }
  // As the verifier sees it: within the bounds, whatever the helper has returned.
  Value* bounded =
      ir.CreateSelect(ir.CreateICmpULT(bytes, word(limit * kFrame)), bytes, word(limit * kFrame));
  return {.record = record, .bytes = m_.opaque(bounded), .failed = failed};
}

void ProgramBuilder::store_stack(const typed::Call& call, Value* to) {
  auto& ir = m_.ir;
  const bool is_user = call.id != BuiltinId::kstack, is_symbol = call.id == BuiltinId::usym;
  const uint32_t limit = is_symbol ? 1 : call.index ? call.index : kUsualFrames;
  // One more frame for the hash, which takes two at a time; never on the stack: it is indexed by a variable.
  Value* room = allocate(std::max<uint32_t>(sizeof(StackRecord) + (limit + kMostOwn + 1) * kFrame, 72));
  Captured stack = {.record = room, .bytes = word(kFrame), .failed = ir.getFalse()};
  if (is_symbol)
    store_word(scalar(*call.arguments[0]), offset(room, sizeof(StackRecord)));
  else
    stack = capture(call, room, limit);
  Value* frames = offset(stack.record, sizeof(StackRecord));
  store_word(word(0), ir.CreateGEP(ir.getInt8Ty(), frames, stack.bytes));

  Value *process = word(0), *image = word(0);
  if (is_user) process = current_ids().process;
  for (size_t i = is_symbol ? 1 : 0; i < call.arguments.size(); ++i)
    image = ir.CreateAdd(image, scalar(*call.arguments[i]));
  store_word(process, offset(stack.record, offsetof(StackRecord, process)));
  store_word(image, offset(stack.record, offsetof(StackRecord, memory)));

  Lanes key = key_of(frames, stack.bytes, limit * kFrame, {process, image});
  key.low = ir.CreateSelect(stack.failed, word(0), key.low);
  key.high = ir.CreateSelect(stack.failed, word(0), key.high);
  for (Value* place : {stack.record, to}) {
    store_word(key.low, offset(place, offsetof(StackKey, low)));
    store_word(key.high, offset(place, offsetof(StackKey, high)));
  }
  send_if_new(stack.record, stack.bytes);
}

/// The StackKey: a hash over frames and process, with the number of frames in it.
ProgramBuilder::Lanes ProgramBuilder::key_of(Value* frames, Value* bytes, uint32_t most, Lanes process) {
  auto& ir = m_.ir;
  const Lanes seeds = {ir.CreateXor(process.low, word(kThird)), ir.CreateXor(process.high, word(kFourth))};
  const Lanes hash = hash_frames(frames, bytes, most, seeds);
  Value* low = mix(hash.low, hash.high, kThird);
  Value* high = mix(hash.high, low, kFourth);
  const uint64_t count_mask = (uint64_t{1} << kStackCountBits) - 1;
  return {low, ir.CreateOr(ir.CreateAnd(high, word(~count_mask)), ir.CreateLShr(bytes, 3))};
}

/// First sent, then marked as known: who finds the mark can rely on the record being there.
void ProgramBuilder::send_if_new(Value* record, Value* bytes) {
  auto& ir = m_.ir;
  const uint32_t set = m_.map_named(kKnownStacks);
  Value* known = ir.CreateIntToPtr(m_.call(Helper::map_lookup_elem, {m_.map(set), record}), ir.getPtrTy());
  if_true(is_null(known), [&] {
    Value* size = ir.CreateAdd(bytes, word(sizeof(StackRecord)));
    Value* result =
        m_.call(Helper::ringbuf_output, {m_.map(m_.ring(MapKind::stacks_ring)), record, size, word(0)});
    choose(
        ir.CreateICmpEQ(result, word(0)),
        [&] {
          // If the set is full the stack is sent again each time, which costs time only.
          return m_.call(Helper::map_update_elem, {m_.map(set), record, m_.zeros(8), word(kAny)});
        },
        [&]() -> Value* {
          m_.count_loss(LossCause::stack_ring_full, probe_.text);
          return word(0);
        });
  });
}

} // namespace trc::codegen
