// tseries(): one place in memory for each interval, used again for a later one when its turn comes. A program
// can be interrupted, by another one on the same CPU, between any two steps: what the other one adds must not
// be lost, and what is left of the old interval must not show in the new one.
#include "codegen/program_builder.h"

namespace trc::codegen {

llvm::Value* ProgramBuilder::lower_tseries(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const ValueLayout& layout = info(call.access).value;
  const auto interval = static_cast<uint64_t>(layout.parameters[0]);
  const auto count = static_cast<uint64_t>(layout.parameters[1]);
  const auto of = static_cast<SeriesOf>(layout.parameters[2]);
  aggregate(call, [&](Value* memory, Value* value) {
    Value* now = m_.call(Helper::ktime_get_boot_ns, {});
    Value* epoch = ir.CreateAdd(ir.CreateUDiv(now, word(interval)), word(1));
    Value* index = clamp_bucket(ir.CreateURem(epoch, word(count)), count);
    Value* place = ir.CreateGEP(ir.getInt8Ty(), memory, ir.CreateMul(index, word(8 * series_words(of))));
    add_to_series(place, of, layout.is_signed, epoch, now, value);
  });
  return word(0);
}

/// `place`: {epoch, value, count or time}.
///
/// What is left of the old interval is read before its epoch. If that still is the old one when it is
/// replaced, nobody else has begun the new interval meanwhile, so what was read is what has to go: sums take
/// it away again as they add, after which it does not matter who adds what in between; the merits of min and
/// max are made 0 before. Whoever comes second finds the new epoch and just adds.
void ProgramBuilder::add_to_series(Value* place, SeriesOf of, bool is_signed, Value* epoch, Value* now,
                                   Value* value) {
  auto& ir = m_.ir;
  Value *first = offset(place, 8), *second = offset(place, 16);
  const bool adds = of == SeriesOf::sum || of == SeriesOf::avg,
             extreme = of == SeriesOf::min || of == SeriesOf::max;
  BasicBlock *begins = new_block("begins"), *other = new_block("other"), *add = new_block("add"),
             *end = new_block("added");
  Value* left = load_volatile(first);
  Value* left_count = of == SeriesOf::avg ? load_volatile(second) : word(0);
  Value* held = load_volatile(place);
  ir.CreateCondBr(ir.CreateICmpEQ(held, epoch), add, other);
  ir.SetInsertPoint(other);
  // A program that was held up for so long that its interval has gone.
  ir.CreateCondBr(ir.CreateICmpULT(held, epoch), begins, end);

  ir.SetInsertPoint(begins);
  if (extreme) exchange_word(first, left, word(0));
  Value* seen = exchange_word(place, held, epoch);
  if (adds) {
    BasicBlock *begun = new_block("begun"), *late = new_block("late");
    ir.CreateCondBr(ir.CreateICmpEQ(seen, held), begun, late);
    ir.SetInsertPoint(begun);
    add_to(first, ir.CreateSub(value, left));
    if (of == SeriesOf::avg) add_to(second, ir.CreateSub(word(1), left_count));
    ir.CreateBr(end);
    ir.SetInsertPoint(late);
  }
  ir.CreateBr(add);

  ir.SetInsertPoint(add);
  if (adds) add_to(first, value);
  if (of == SeriesOf::avg) add_to(second, word(1));
  if (extreme) keep_better(first, merit(value, is_signed, of == SeriesOf::max));
  if (of == SeriesOf::last) {
    store_word(value, first);
    store_word(now, second);
  }
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

} // namespace trc::codegen
