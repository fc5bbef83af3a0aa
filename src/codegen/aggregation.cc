// Aggregations: each adds to memory of its own on the CPU that runs the program. All additions are atomic,
// although no other CPU shares the memory: a program can be interrupted by another one, or moved aside by the
// scheduler, on the same CPU, and a count that is exact only most of the time is not exact.
#include "program/aggregation.h"
#include "codegen/program_builder.h"

namespace trc::codegen {

void ProgramBuilder::aggregate(const typed::Call& call, const std::function<void(Value*, Value*)>& add) {
  Value* value = call.arguments.empty() ? nullptr : scalar(*call.arguments[0]);
  if (info(call.access).kind == MapKind::percpu_slot) {
    add(slot(info(call.access), nullptr).value, value);
    return;
  }
  with_new_element(call.access, word(0), [&](Value* memory) { return add(memory, value), word(0); });
}

void ProgramBuilder::add_to(Value* word_address, Value* value) {
  m_.ir.CreateAtomicRMW(llvm::AtomicRMWInst::Add, word_address, value, llvm::Align(8),
                        llvm::AtomicOrdering::Monotonic);
}

llvm::Value* ProgramBuilder::lower_count(const typed::Call& call, const Type&) {
  aggregate(call, [&](Value* memory, Value*) { add_to(memory, word(1)); });
  return word(0);
}

llvm::Value* ProgramBuilder::lower_sum(const typed::Call& call, const Type&) {
  aggregate(call, [&](Value* memory, Value* value) { add_to(memory, value); });
  return word(0);
}

llvm::Value* ProgramBuilder::lower_avg(const typed::Call& call, const Type&) {
  aggregate(call, [&](Value* memory, Value* value) {
    add_to(memory, value);
    add_to(offset(memory, 8), word(1));
  });
  return word(0);
}

llvm::Value* ProgramBuilder::lower_stats(const typed::Call& call, const Type& type) {
  return lower_avg(call, type);
}

/// merit_of() of program/aggregation.h.
llvm::Value* ProgramBuilder::merit(Value* value, bool is_signed, bool is_max) {
  auto& ir = m_.ir;
  Value* rank = is_signed ? ir.CreateXor(value, word(uint64_t{1} << 63)) : value;
  return is_max ? rank : ir.CreateNot(rank);
}

/// Raises a merit in memory to another one if that is more. An interruption between reading and writing is
/// noticed by the compare-and-exchange; it can happen again, but hardly so often.
void ProgramBuilder::keep_better(Value* memory, Value* merit) {
  auto& ir = m_.ir;
  constexpr int kTries = 4;
  BasicBlock* end = new_block("kept");
  for (int i = 0; i < kTries; ++i) {
    Value* held = load_volatile(memory);
    BasicBlock *exchange = new_block("exchange"), *again = new_block("again");
    ir.CreateCondBr(ir.CreateICmpUGT(merit, held), exchange, end);
    ir.SetInsertPoint(exchange);
    ir.CreateCondBr(ir.CreateICmpEQ(exchange_word(memory, held, merit), held), end, again);
    ir.SetInsertPoint(again);
  }
  m_.count_loss(LossCause::contended, probe_.text);
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
}

/// What was in memory: `held` if it has been replaced.
llvm::Value* ProgramBuilder::exchange_word(Value* memory, Value* held, Value* by) {
  auto order = llvm::AtomicOrdering::SequentiallyConsistent;
  return m_.ir.CreateExtractValue(m_.ir.CreateAtomicCmpXchg(memory, held, by, llvm::Align(8), order, order),
                                  0);
}

/// Read here, and not where LLVM would find it better.
llvm::Value* ProgramBuilder::load_volatile(Value* from) {
  auto* loaded = m_.ir.CreateLoad(m_.ir.getInt64Ty(), from);
  loaded->setVolatile(true);
  return loaded;
}

void ProgramBuilder::keep_extreme(const typed::Call& call, bool is_max) {
  const bool is_signed = info(call.access).value.is_signed;
  aggregate(call, [&](Value* memory, Value* value) {
    keep_better(memory, merit(value, is_signed, is_max));
    store_word(word(1), offset(memory, 8));
  });
}

llvm::Value* ProgramBuilder::lower_min(const typed::Call& call, const Type&) {
  return keep_extreme(call, false), word(0);
}

llvm::Value* ProgramBuilder::lower_max(const typed::Call& call, const Type&) {
  return keep_extreme(call, true), word(0);
}

/// Position of the highest bit of a number from 1 to 2^63 - 1. Without branches, and opaque to LLVM, which
/// would make branches of it: the verifier would follow each of the 64 ways through the rest of the program.
llvm::Value* ProgramBuilder::log2(Value* value) {
  auto& ir = m_.ir;
  Value *rest = value, *result = word(0);
  for (uint64_t step = 32; step >= 1; step /= 2) {
    Value* upper = m_.opaque(ir.CreateLShr(rest, step));
    // 1 if any upper bit is set: the sign of 0 - upper.
    Value* any = m_.opaque(ir.CreateLShr(m_.opaque(ir.CreateNeg(upper)), 63));
    Value* distance = ir.CreateMul(any, word(step));
    result = ir.CreateOr(result, distance);
    rest = ir.CreateLShr(rest, distance);
  }
  return result;
}

/// For the verifier, which can't see that a bucket is never out of range.
llvm::Value* ProgramBuilder::clamp_bucket(Value* bucket, uint32_t buckets) {
  Value* hidden = m_.opaque(bucket);
  return m_.ir.CreateSelect(m_.ir.CreateICmpULT(hidden, word(buckets)), hidden, word(buckets - 1));
}

llvm::Value* ProgramBuilder::lower_hist(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const uint32_t bits = info(call.access).value.parameters[0];
  aggregate(call, [&](Value* memory, Value* n) {
    auto large = [&]() -> Value* {
      Value* exponent = log2(n);
      Value* above = ir.CreateSub(exponent, word(bits));
      Value* row = ir.CreateAnd(ir.CreateLShr(n, ir.CreateAnd(above, 63)), (uint64_t{1} << bits) - 1);
      return ir.CreateAdd(ir.CreateAdd(ir.CreateShl(ir.CreateAdd(above, word(1)), bits), row), word(1));
    };
    auto not_negative = [&] {
      return choose(
          ir.CreateICmpULT(n, word(uint64_t{1} << bits)), [&] { return ir.CreateAdd(n, word(1)); }, large);
    };
    Value* bucket = choose(
        ir.CreateICmpSLT(n, word(0)), [&]() -> Value* { return word(0); }, not_negative);
    bucket = clamp_bucket(bucket, hist_buckets(bits));
    add_to(ir.CreateGEP(ir.getInt64Ty(), memory, bucket), word(1));
  });
  return word(0);
}

/// quantile_bucket() of program/aggregation.h.
llvm::Value* ProgramBuilder::lower_quantile(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const bool is_signed = info(call.access).value.is_signed;
  const uint32_t buckets = quantile_buckets(is_signed);
  aggregate(call, [&](Value* memory, Value* n) {
    keep_better(memory, merit(n, is_signed, true));
    store_word(word(1), offset(memory, 8));
    Value* sign = is_signed ? ir.CreateAShr(n, 63) : nullptr; // all ones of a negative number
    Value* magnitude = is_signed ? ir.CreateXor(n, sign) : n;
    auto large = [&]() -> Value* {
      Value* above = ir.CreateSub(log2(magnitude), word(kQuantileBits));
      Value* row = ir.CreateAnd(ir.CreateLShr(magnitude, ir.CreateAnd(above, 63)), (1 << kQuantileBits) - 1);
      return ir.CreateAdd(ir.CreateShl(ir.CreateAdd(above, word(1)), kQuantileBits), row);
    };
    Value* bucket = choose(
        ir.CreateICmpULT(magnitude, word(1 << kQuantileBits)), [&] { return magnitude; }, large);
    if (is_signed) bucket = ir.CreateAdd(ir.CreateXor(bucket, sign), word(buckets / 2));
    bucket = clamp_bucket(bucket, buckets);
    add_to(ir.CreateGEP(ir.getInt64Ty(), offset(memory, 8 * kQuantileHead), bucket), word(1));
  });
  return word(0);
}

llvm::Value* ProgramBuilder::lower_lhist(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const auto& parameters = info(call.access).value.parameters;
  const int64_t min = parameters[0], max = parameters[1], step = parameters[2];
  aggregate(call, [&](Value* memory, Value* n) {
    auto inside = [&]() -> Value* {
      Value* cut = ir.CreateSelect(ir.CreateICmpSGT(n, word(max)), word(max), n);
      return ir.CreateAdd(ir.CreateUDiv(ir.CreateSub(cut, word(min)), word(step)), word(1));
    };
    Value* bucket = choose(
        ir.CreateICmpSLT(n, word(min)), [&]() -> Value* { return word(0); }, inside);
    bucket = clamp_bucket(bucket, lhist_buckets(min, max, step));
    add_to(ir.CreateGEP(ir.getInt64Ty(), memory, bucket), word(1));
  });
  return word(0);
}

} // namespace trc::codegen
