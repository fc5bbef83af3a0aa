// What goes over the bytes of a string: patterns, and the search for a string in another one. bpf_loop()
// calls a round as a function, so that the verifier looks at one round only, however long strings may be.
#include "codegen/program_builder.h"
#include "lang/pattern.h"

namespace trc::codegen {
namespace {

// BPF_MAX_LOOPS (include/linux/bpf.h)
constexpr uint64_t kMostRounds = 1 << 23;

} // namespace

/// Goes over a string by the states of a pattern (lang/pattern.h), a word in a round, as far as the string
/// goes or until all is found.
ProgramBuilder::Matched ProgramBuilder::match(const StatePattern& pattern, const typed::Expression& text) {
  auto& ir = m_.ir;
  const uint32_t words = text.type.size / 8 + 1;
  const uint32_t at_text = reserve(8 * words + 8), at_states = reserve(8), at_count = reserve(8);
  Value* length = pack_string(text, scratch_at(at_text));
  // What lies behind the end is of other strings; the last word that is looked at has zeroes there.
  Value* end = ir.CreateGEP(ir.getInt8Ty(), scratch_at(at_text), length);
  ir.CreateAlignedStore(word(0), end, llvm::Align(1));
  store_word(word(1), scratch_at(at_states));
  store_word(word(0), scratch_at(at_count));
  Value* table = m_.constant_table({pattern.takes.begin(), pattern.takes.end()}, 8);
  auto round = [&] {
    Value* index = m_.opaque(ir.CreateAnd(function_->getArg(0), word(0xffffffff)));
    Value* bounded = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(index, word(words)), index, word(0)));
    Value* bytes = load_word(ir.CreateGEP(ir.getInt64Ty(), scratch_at(at_text), bounded));
    Value* states = load_word(scratch_at(at_states));
    Value* count = load_word(scratch_at(at_count));
    for (uint32_t shift = 0; shift < 64; shift += 8) {
      Value* byte = m_.opaque(ir.CreateAnd(ir.CreateLShr(bytes, shift), 0xff));
      Value* takes = load_word(ir.CreateGEP(ir.getInt64Ty(), table, byte));
      Value* moved = ir.CreateShl(ir.CreateAnd(states, takes), 1);
      states = ir.CreateOr(moved, ir.CreateAnd(states, pattern.stays));
      count =
          ir.CreateAdd(count, ir.CreateXor(ir.CreateAnd(ir.CreateLShr(states, pattern.last), 1), word(1)));
    }
    store_word(states, scratch_at(at_states));
    store_word(count, scratch_at(at_count));
    BasicBlock* more = new_block("more");
    Value* is_found = m_.opaque(ir.CreateAnd(ir.CreateLShr(states, pattern.last), 1));
    ir.CreateCondBr(ir.CreateICmpNE(is_found, word(0)), exit_, more);
    ir.SetInsertPoint(more);
  };
  auto* body = loop_body("match", {ir.getInt64Ty(), ir.getPtrTy()}, round);
  m_.call(Helper::loop, {ir.CreateAdd(ir.CreateLShr(length, 3), word(1)), body, frame_, word(0)});
  Value* states = load_word(scratch_at(at_states));
  return {ir.CreateAnd(ir.CreateLShr(states, pattern.last), 1), load_word(scratch_at(at_count))};
}

llvm::Value* ProgramBuilder::lower_glob(const typed::Call& call, const Type&) {
  return match(*wildcard_pattern(std::get<typed::Text>(call.arguments[1]->node).bytes), *call.arguments[0])
      .is_found;
}

llvm::Value* ProgramBuilder::lower_strstr(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const auto* known = std::get_if<typed::Text>(&call.arguments[1]->node);
  if (!known || known->bytes.size() > kMostElements) return search(*call.arguments[0], *call.arguments[1]);
  const Matched matched = match(search_pattern(known->bytes), *call.arguments[0]);
  // Counted were the bytes before the last one of what was found.
  Value* first = ir.CreateSub(matched.count, word(known->bytes.size() - 1));
  return ir.CreateSelect(ir.CreateICmpNE(matched.is_found, word(0)), first, word(~uint64_t{0}));
}

/// For what is only known at run time: each round compares one byte. Where it begins, how many bytes were
/// equal from there on, and the result lie in scratch memory.
llvm::Value* ProgramBuilder::search(const typed::Expression& text, const typed::Expression& sought) {
  auto& ir = m_.ir;
  const uint32_t text_size = text.type.size + 1, sought_size = sought.type.size + 1;
  const uint32_t at_text = reserve(text_size), at_sought = reserve(sought_size);
  const uint32_t at_start = reserve(8), at_equal = reserve(8), at_last = reserve(8), at_length = reserve(8),
                 at_result = reserve(8), at_done = reserve(8);
  Value* text_length = pack_string(text, scratch_at(at_text));
  Value* length = pack_string(sought, scratch_at(at_sought));
  Value* last = ir.CreateSub(text_length, length); // where it can begin at most
  auto set = [&](uint32_t at, Value* value) { store_word(value, scratch_at(at)); };
  set(at_start, word(0));
  set(at_equal, word(0));
  set(at_last, last);
  set(at_length, length);
  set(at_result, word(~uint64_t{0}));
  set(at_done, word(0));
  auto byte_at = [&](uint32_t at, Value* index, uint32_t size) {
    Value* known = m_.opaque(index);
    Value* bounded = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(known, word(size)), known, word(0)));
    return load_bytes(ir.CreateGEP(ir.getInt8Ty(), scratch_at(at), bounded), 1);
  };
  auto round = [&] {
    Value *start = load_word(scratch_at(at_start)), *equal = load_word(scratch_at(at_equal));
    BasicBlock *found = new_block("found"), *goes_on = new_block("goes_on"), *compare = new_block("bytes"),
               *gone = new_block("gone");
    ir.CreateCondBr(ir.CreateICmpEQ(equal, load_word(scratch_at(at_length))), found, goes_on);
    ir.SetInsertPoint(found);
    set(at_result, start);
    ir.CreateBr(gone);
    ir.SetInsertPoint(goes_on);
    ir.CreateCondBr(ir.CreateICmpSGT(start, load_word(scratch_at(at_last))), gone, compare);
    ir.SetInsertPoint(gone);
    set(at_done, word(1));
    ir.CreateBr(exit_);
    ir.SetInsertPoint(compare);
    Value* is_equal = ir.CreateICmpEQ(byte_at(at_text, ir.CreateAdd(start, equal), text_size),
                                      byte_at(at_sought, equal, sought_size));
    set(at_equal, ir.CreateSelect(is_equal, ir.CreateAdd(equal, word(1)), word(0)));
    set(at_start, ir.CreateSelect(is_equal, start, ir.CreateAdd(start, word(1))));
  };
  auto* body = loop_body("search", {ir.getInt64Ty(), ir.getPtrTy()}, round);
  m_.call(Helper::loop, {word(kMostRounds), body, frame_, word(0)});
  if_true(ir.CreateICmpEQ(load_word(scratch_at(at_done)), word(0)),
          [&] { m_.count_loss(LossCause::loop_limit, m_.place()); });
  return load_word(scratch_at(at_result));
}

} // namespace trc::codegen
