// Places in memory: the stack, the program's scratch memory, copies, comparison, and scalars in memory.
#include <algorithm>

#include "base/check.h"
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

// The kernel gives a program 512 bytes of stack, and LLVM needs some for spills.
constexpr uint32_t kLargestOnStack = 64;
constexpr uint32_t kMostOnStack = 256;
// Above this a helper's call is cheaper than the stores that LLVM would lay out.
constexpr uint32_t kLargestInline = 128;

} // namespace

llvm::BasicBlock* ProgramBuilder::new_block(const char* name) {
  return BasicBlock::Create(m_.context, name, function_, exit_);
}

void ProgramBuilder::branch_to(BasicBlock* block) {
  if (!m_.ir.GetInsertBlock()->getTerminator()) m_.ir.CreateBr(block);
}

llvm::Value* ProgramBuilder::allocate(uint32_t size) {
  size = (size + 7) / 8 * 8;
  if (size <= kLargestOnStack) {
    for (size_t i = stack_used_; i < stack_.size(); ++i) {
      if (stack_[i]->getAllocatedType()->getArrayNumElements() * 8 != size) continue;
      std::swap(stack_[i], stack_[stack_used_]);
      return stack_[stack_used_++];
    }
    if (stack_bytes_ + size <= kMostOnStack) {
      auto* type = llvm::ArrayType::get(m_.ir.getInt64Ty(), size / 8);
      auto* place =
          new llvm::AllocaInst(type, 0, nullptr, llvm::Align(8), "temp", function_->getEntryBlock().begin());
      stack_.insert(stack_.begin() + stack_used_++, place);
      stack_bytes_ += size;
      return place;
    }
  }
  // A place lies in one block.
  if (scratch_used_ / kScratchBlock != (scratch_used_ + size - 1) / kScratchBlock)
    scratch_used_ = (scratch_used_ + kScratchBlock - 1) / kScratchBlock * kScratchBlock;
  TRC_CHECK(scratch_used_ + size <= kScratchBlocks * kScratchBlock,
            "a program needs more scratch memory than there is");
  Value* place = offset(scratch_[scratch_used_ / kScratchBlock].memory, scratch_used_ % kScratchBlock);
  scratch_used_ += size;
  scratch_size_ = std::max(scratch_size_, scratch_used_);
  return place;
}

void ProgramBuilder::release(Mark mark) {
  scratch_used_ = mark.scratch;
  stack_used_ = mark.stack;
}

llvm::Value* ProgramBuilder::offset(Value* base, uint64_t bytes) {
  return bytes == 0 ? base : m_.ir.CreateGEP(m_.ir.getInt8Ty(), base, word(bytes));
}

void ProgramBuilder::zero(Value* to, uint32_t size) {
  if (size == 0) return;
  if (size > kLargestInline) {
    m_.call(Helper::probe_read_kernel, {to, word(size), m_.zeros(size)});
    return;
  }
  m_.ir.CreateMemSet(to, m_.ir.getInt8(0), size, llvm::Align(8));
}

void ProgramBuilder::copy(Value* to, Value* from, uint32_t size) {
  if (size > kLargestInline) {
    m_.call(Helper::probe_read_kernel, {to, word(size), from});
    return;
  }
  m_.ir.CreateMemCpy(to, llvm::Align(8), from, llvm::Align(8), size);
}

llvm::Value* ProgramBuilder::load_word(Value* from) { return m_.ir.CreateLoad(m_.ir.getInt64Ty(), from); }

void ProgramBuilder::store_word(Value* value, Value* to) { m_.ir.CreateStore(value, to); }

llvm::Value* ProgramBuilder::load_scalar(Value* from, const Type& type) {
  auto* in_memory = m_.ir.getIntNTy(type.size * 8);
  return m_.ir.CreateIntCast(m_.ir.CreateLoad(in_memory, from), m_.ir.getInt64Ty(), type.is_signed);
}

void ProgramBuilder::store_scalar(Value* value, Value* to, const Type& type) {
  m_.ir.CreateStore(m_.ir.CreateTrunc(value, m_.ir.getIntNTy(type.size * 8)), to);
}

llvm::Value* ProgramBuilder::cut(Value* value, const Type& type) {
  if (type.size == 8) return value;
  Value* narrow = m_.ir.CreateTrunc(value, m_.ir.getIntNTy(type.size * 8));
  return m_.ir.CreateIntCast(narrow, m_.ir.getInt64Ty(), type.is_signed);
}

/// Whether the first `size` bytes are equal. Both places are aligned to 8 bytes.
llvm::Value* ProgramBuilder::equal_bytes(Value* a, Value* b, uint32_t size) {
  auto difference = [&](Value* at_a, Value* at_b, uint32_t bytes) {
    auto* type = m_.ir.getIntNTy(bytes * 8);
    Value* x = m_.ir.CreateXor(m_.ir.CreateLoad(type, at_a), m_.ir.CreateLoad(type, at_b));
    return m_.ir.CreateZExt(x, m_.ir.getInt64Ty());
  };
  Value* differs = word(0);
  uint32_t done = 0;
  if (size > kLargestInline) {
    // A loop over blocks of words that ends at the first difference. The verifier follows it, as its bound is
    // constant; the fewer the rounds the more comparisons a program can have.
    constexpr uint32_t kBlock = 64;
    const uint32_t blocks = size / kBlock;
    BasicBlock *before = m_.ir.GetInsertBlock(), *loop = new_block("compare"), *end = new_block("compared");
    branch_to(loop);
    m_.ir.SetInsertPoint(loop);
    auto* i = m_.ir.CreatePHI(m_.ir.getInt64Ty(), 2);
    Value* at = m_.ir.CreateMul(i, word(kBlock));
    Value *block_a = m_.ir.CreateGEP(m_.ir.getInt8Ty(), a, at),
          *block_b = m_.ir.CreateGEP(m_.ir.getInt8Ty(), b, at);
    for (uint32_t k = 0; k < kBlock; k += 8) {
      Value* d = difference(offset(block_a, k), offset(block_b, k), 8);
      differs = k == 0 ? d : m_.ir.CreateOr(differs, d);
    }
    Value* next = m_.ir.CreateAdd(i, word(1));
    Value* more =
        m_.ir.CreateAnd(m_.ir.CreateICmpEQ(differs, word(0)), m_.ir.CreateICmpULT(next, word(blocks)));
    m_.ir.CreateCondBr(more, loop, end);
    i->addIncoming(word(0), before);
    i->addIncoming(next, loop);
    m_.ir.SetInsertPoint(end);
    done = blocks * kBlock;
  }
  for (uint32_t step : {8, 4, 2, 1}) {
    for (; size - done >= step; done += step)
      differs = m_.ir.CreateOr(differs, difference(offset(a, done), offset(b, done), step));
  }
  return m_.ir.CreateZExt(m_.ir.CreateICmpEQ(differs, word(0)), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::read_string(AddressSpace space, Value* to, Value* size, Value* from) {
  Helper helper = Helper::probe_read_str; // decides by the address
  if (space == AddressSpace::kernel) helper = Helper::probe_read_kernel_str;
  if (space == AddressSpace::user) helper = Helper::probe_read_user_str;
  return m_.call(helper, {to, size, from});
}

} // namespace trc::codegen
