// Places in memory: the stack, the program's scratch memory, copies, comparison, and scalars in memory.
#include <algorithm>

#include <llvm/IR/Operator.h>

#include "base/check.h"
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

// The kernel gives a program 512 bytes of stack, and LLVM needs some for spills.
constexpr uint32_t kLargestOnStack = 64;
constexpr uint32_t kMostOnStack = 256;
// The most that an element of a per-CPU array can take: PCPU_MIN_UNIT_SIZE (include/linux/percpu.h).
constexpr uint32_t kMostPerCpu = 32 << 10;
// Far above what semantic/limits.cc lets pass; below KMALLOC_MAX_SIZE, the most that an element of any map
// can take.
constexpr uint32_t kMostScratchMemory = 2 << 20;
// With more stores than these, which LLVM would lay out, a helper's call is cheaper.
constexpr uint32_t kMostStores = 16;

/// What a number that is computed so is a multiple of, up to 8.
uint64_t known_multiple(const llvm::Value* number) {
  if (auto* constant = llvm::dyn_cast<llvm::ConstantInt>(number))
    return llvm::MinAlign(constant->getZExtValue(), 8);
  auto* operation = llvm::dyn_cast<llvm::BinaryOperator>(number);
  if (!operation) return 1;
  const uint64_t left = known_multiple(operation->getOperand(0)),
                 right = known_multiple(operation->getOperand(1));
  if (operation->getOpcode() == llvm::Instruction::Add) return std::min(left, right);
  if (operation->getOpcode() == llvm::Instruction::Mul) return std::min<uint64_t>(left * right, 8);
  return 1;
}

/// Of an address in the program's memory: all of that begins at multiples of 8. The stack may only be touched
/// so, and elsewhere LLVM counts on what it is told.
llvm::Align alignment_of(const llvm::Value* address) {
  uint64_t known = 8;
  while (auto* step = llvm::dyn_cast<llvm::GEPOperator>(address)) {
    known = std::min(known, known_multiple(step->getOperand(1)));
    address = step->getPointerOperand();
  }
  return llvm::Align(known);
}

} // namespace

llvm::BasicBlock* ProgramBuilder::new_block(const char* name) {
  return BasicBlock::Create(m_.context, name, function_, exit_);
}

void ProgramBuilder::branch_to(BasicBlock* block) {
  if (!m_.ir.GetInsertBlock()->getTerminator()) m_.ir.CreateBr(block);
}

void ProgramBuilder::reach() {
  if (m_.ir.GetInsertBlock()->getTerminator()) m_.ir.SetInsertPoint(new_block("unreached"));
}

llvm::Value* ProgramBuilder::allocate(uint32_t size) {
  size = (size + 7) / 8 * 8;
  // The functions of one program share its stack: there they leave it to LLVM.
  if (size <= kLargestOnStack && !frame_) {
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
  return scratch_at(reserve(size));
}

uint32_t ProgramBuilder::reserve(uint32_t size) {
  size = (size + 7) / 8 * 8;
  TRC_CHECK(scratch_used_ + size <= kMostScratchMemory, "a program needs more scratch memory than there is");
  const uint32_t place = scratch_used_;
  scratch_used_ += size;
  scratch_size_ = std::max(scratch_size_, scratch_used_);
  return place;
}

llvm::Value* ProgramBuilder::scratch_at(uint32_t at) {
  return offset(frame_ ? frame_word(kScratchWord) : scratch_, at);
}

/// The look-up is made before it is known what it is for; close_scratch() takes it out again or completes it.
void ProgramBuilder::open_scratch() {
  scratch_map_ = m_.manifest.maps.size();
  auto* key = new llvm::AllocaInst(m_.ir.getInt32Ty(), 0, nullptr, llvm::Align(4), "scratch_key",
                                   function_->getEntryBlock().begin());
  scratch_look_up_ = new_block("scratch");
  branch_to(scratch_look_up_);
  m_.ir.SetInsertPoint(scratch_look_up_);
  m_.ir.CreateStore(m_.ir.getInt32(0), key);
  Value* found = m_.call(Helper::map_lookup_elem, {m_.map(scratch_map_), key});
  scratch_ = m_.ir.CreateIntToPtr(found, m_.ir.getPtrTy(), "scratch");
  return_unless(m_.ir.CreateIsNotNull(scratch_), "body");
  if (has_functions_) open_frame();
}

/// A per-CPU array if it can be one; what is larger is an array in which each CPU has an element of its own.
void ProgramBuilder::close_scratch() {
  if (scratch_size_ == 0) {
    remove_look_up(scratch_look_up_);
  } else if (scratch_size_ <= kMostPerCpu) {
    MapInfo map = {.name = "scratch", .kind = MapKind::percpu_array, .max_entries = 1};
    map.value.size = scratch_size_;
    m_.manifest.maps.push_back(std::move(map));
  } else {
    constexpr uint32_t kCacheLine = 64;
    MapInfo map = {.name = "scratch", .kind = MapKind::cpu_array, .max_entries = m_.options.cpus};
    map.value.size = (scratch_size_ + kCacheLine - 1) / kCacheLine * kCacheLine;
    m_.manifest.maps.push_back(std::move(map));
    auto* store = llvm::cast<llvm::StoreInst>(&scratch_look_up_->front());
    m_.ir.SetInsertPoint(store);
    Value* cpu = m_.call(Helper::get_smp_processor_id, {});
    store->setOperand(0, m_.ir.CreateTrunc(cpu, m_.ir.getInt32Ty()));
  }
  auto& entry = function_->getEntryBlock();
  for (auto it = entry.begin(); it != entry.end();) {
    llvm::Instruction& instruction = *it++;
    if (llvm::isa<llvm::AllocaInst>(instruction) && instruction.use_empty()) instruction.eraseFromParent();
  }
}

void ProgramBuilder::remove_look_up(BasicBlock* block) {
  BasicBlock* next = llvm::cast<llvm::BranchInst>(block->getTerminator())->getSuccessor(0);
  exit_->removePredecessor(block);
  while (!block->empty()) {
    llvm::Instruction& last = block->back();
    last.replaceAllUsesWith(llvm::PoisonValue::get(last.getType()));
    last.eraseFromParent();
  }
  m_.ir.SetInsertPoint(block);
  m_.ir.CreateBr(next);
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
  const llvm::Align alignment = alignment_of(to);
  if (size > kMostStores * alignment.value()) {
    m_.call(Helper::probe_read_kernel, {to, word(size), m_.zeros(size)});
    return;
  }
  m_.ir.CreateMemSet(to, m_.ir.getInt8(0), size, alignment);
}

void ProgramBuilder::copy(Value* to, Value* from, uint32_t size) {
  if (size == 0) return;
  const llvm::Align target = alignment_of(to), source = alignment_of(from);
  if (size > kMostStores * std::min(target, source).value()) {
    m_.call(Helper::probe_read_kernel, {to, word(size), from});
    return;
  }
  m_.ir.CreateMemCpy(to, target, from, source, size);
}

llvm::Value* ProgramBuilder::load_word(Value* from) { return m_.ir.CreateLoad(m_.ir.getInt64Ty(), from); }

void ProgramBuilder::store_word(Value* value, Value* to) { m_.ir.CreateStore(value, to); }

/// 1, 2, 4 or 8 bytes as an integer of that width.
llvm::Value* ProgramBuilder::load_bytes(Value* from, uint32_t size) {
  const llvm::Align alignment = std::min(alignment_of(from), llvm::Align(size));
  return m_.ir.CreateAlignedLoad(m_.ir.getIntNTy(size * 8), from, alignment);
}

llvm::Value* ProgramBuilder::load_scalar(Value* from, const Type& type) {
  return m_.ir.CreateIntCast(load_bytes(from, type.size), m_.ir.getInt64Ty(), type.is_signed);
}

void ProgramBuilder::store_scalar(Value* value, Value* to, const Type& type) {
  const llvm::Align alignment = std::min(alignment_of(to), llvm::Align(type.size));
  m_.ir.CreateAlignedStore(m_.ir.CreateTrunc(value, m_.ir.getIntNTy(type.size * 8)), to, alignment);
}

llvm::Value* ProgramBuilder::cut(Value* value, const Type& type) {
  if (type.size == 8) return value;
  Value* narrow = m_.ir.CreateTrunc(value, m_.ir.getIntNTy(type.size * 8));
  return m_.ir.CreateIntCast(narrow, m_.ir.getInt64Ty(), type.is_signed);
}

/// Whether the first `size` bytes are equal.
llvm::Value* ProgramBuilder::equal_bytes(Value* a, Value* b, uint32_t size) {
  auto difference = [&](Value* at_a, Value* at_b, uint32_t bytes) {
    Value* x = m_.ir.CreateXor(load_bytes(at_a, bytes), load_bytes(at_b, bytes));
    return m_.ir.CreateZExt(x, m_.ir.getInt64Ty());
  };
  Value* differs = word(0);
  uint32_t done = 0;
  if (size > kMostStores * 8) {
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
    differs = m_.opaque(differs);
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
  // Opaque, or LLVM makes a comparison of each word, whose results the verifier tries in all combinations.
  return m_.ir.CreateZExt(m_.ir.CreateICmpEQ(m_.opaque(differs), word(0)), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::read_string(AddressSpace space, Value* to, Value* size, Value* from) {
  Helper helper = Helper::probe_read_str; // decides by the address
  if (space == AddressSpace::kernel) helper = Helper::probe_read_kernel_str;
  if (space == AddressSpace::user) helper = Helper::probe_read_user_str;
  return m_.call(helper, {to, size, from});
}

llvm::Value* ProgramBuilder::read_bytes(AddressSpace space, Value* to, Value* size, Value* from) {
  Helper helper = Helper::probe_read; // decides by the address
  if (space == AddressSpace::kernel) helper = Helper::probe_read_kernel;
  if (space == AddressSpace::user) helper = Helper::probe_read_user;
  return m_.call(helper, {to, size, from});
}

} // namespace trc::codegen
