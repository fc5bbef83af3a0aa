// Functions of strings and bytes. A string's length is what the kernel's own reader of strings says, which
// looks at a word at a time; what goes over the bytes here goes over words, too. (search.cc has what goes
// over bytes.)
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

constexpr uint32_t kBlock = 64; // bytes of a round

uint32_t in_words(uint32_t size) { return (size + 7) / 8 * 8; }

/// Each byte of a word the same.
constexpr uint64_t in_all(uint8_t byte) { return 0x0101010101010101 * byte; }

} // namespace

llvm::Value* ProgramBuilder::lower_strlen(const typed::Call& call, const Type&) {
  const typed::Expression& text = *call.arguments[0];
  return pack_string(text, allocate(text.type.size + 1));
}

/// `count` bytes of the string, in a place of `size` bytes that is zero otherwise.
llvm::Value* ProgramBuilder::padded_part(Value* from, Value* count, uint32_t size) {
  Value* part = allocate(size);
  zero(part, in_words(size));
  Value* known = m_.opaque(count);
  Value* bounded = m_.opaque(m_.ir.CreateSelect(m_.ir.CreateICmpULT(known, word(size)), known, word(size)));
  read_bytes(AddressSpace::kernel, part, bounded, from);
  return part;
}

/// As many bytes as the other string has, compared with the whole of it.
llvm::Value* ProgramBuilder::lower_starts_with(const typed::Call& call, const Type&) {
  const typed::Expression &text = *call.arguments[0], &start = *call.arguments[1];
  const uint32_t size = start.type.size;
  Value* whole = address(text);
  Value* sought = address(start);
  Value* length = pack_string(start, allocate(size + 1));
  const uint32_t most = std::min(text.type.size, size);
  Value* count = m_.ir.CreateSelect(m_.ir.CreateICmpULT(length, word(most)), length, word(most));
  return equal_bytes(padded_part(whole, count, size), sought, size);
}

llvm::Value* ProgramBuilder::lower_ends_with(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const typed::Expression &text = *call.arguments[0], &end = *call.arguments[1];
  const uint32_t size = end.type.size;
  Value* whole = allocate(text.type.size + 1);
  Value* length = pack_string(text, whole);
  Value* sought = address(end);
  Value* count = pack_string(end, allocate(size + 1));
  Value* is_long_enough = ir.CreateICmpUGE(length, count);
  Value* at = m_.opaque(ir.CreateSelect(is_long_enough, ir.CreateSub(length, count), word(0)));
  at = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(at, word(text.type.size)), at, word(0)));
  Value* part = padded_part(ir.CreateGEP(ir.getInt8Ty(), whole, at), count, size);
  return ir.CreateAnd(ir.CreateZExt(is_long_enough, ir.getInt64Ty()), equal_bytes(part, sought, size));
}

/// The letters from `first` to `last` in the other case. Of a byte without its highest bit, adding 0x80 -
/// first sets that bit if it is at least `first`, and adding 0x7f - last if it is more than `last`.
llvm::Value* ProgramBuilder::other_case(Value* letters, char first, char last) {
  auto& ir = m_.ir;
  Value* low = ir.CreateAnd(letters, in_all(0x7f));
  Value* from_first = ir.CreateAdd(low, word(in_all(static_cast<uint8_t>(0x80 - first))));
  Value* behind_last = ir.CreateAdd(low, word(in_all(static_cast<uint8_t>(0x7f - last))));
  Value* is_ascii = ir.CreateAnd(ir.CreateNot(letters), in_all(0x80));
  Value* is_letter = ir.CreateAnd(ir.CreateXor(from_first, behind_last), is_ascii);
  constexpr int kCaseBit = 2; // 0x80 >> 2 is 0x20
  return ir.CreateXor(letters, ir.CreateLShr(is_letter, kCaseBit));
}

void ProgramBuilder::change_words(Value* text, uint32_t count, char first, char last) {
  for (uint32_t at = 0; at < 8 * count; at += 8) {
    Value* place = offset(text, at);
    store_word(other_case(load_word(place), first, last), place);
  }
}

/// In a loop over blocks that ends with the string; the verifier follows it.
void ProgramBuilder::store_in_case(const typed::Call& call, uint32_t size, Value* to, char first, char last) {
  auto& ir = m_.ir;
  constexpr uint32_t kMostAtOnce = 2 * kBlock;
  const bool at_once = size <= kMostAtOnce;
  const uint32_t room = at_once ? in_words(size) : (size + kBlock - 1) / kBlock * kBlock;
  Value* text = allocate(room);
  if (room != size) zero(offset(text, size / 8 * 8), room - size / 8 * 8);
  store(*call.arguments[0], text);
  if (at_once) {
    change_words(text, room / 8, first, last);
    return copy(to, text, size);
  }
  BasicBlock *before = ir.GetInsertBlock(), *loop = new_block("letters"), *end = new_block("changed");
  branch_to(loop);
  ir.SetInsertPoint(loop);
  auto* round = ir.CreatePHI(ir.getInt64Ty(), 2);
  Value* block = ir.CreateGEP(ir.getInt8Ty(), text, ir.CreateMul(round, word(kBlock)));
  change_words(block, kBlock / 8, first, last);
  Value* next = ir.CreateAdd(round, word(1));
  Value* last_byte = m_.opaque(ir.CreateZExt(load_bytes(offset(block, kBlock - 1), 1), ir.getInt64Ty()));
  Value* more =
      ir.CreateAnd(ir.CreateICmpNE(last_byte, word(0)), ir.CreateICmpULT(next, word(room / kBlock)));
  ir.CreateCondBr(more, loop, end);
  round->addIncoming(word(0), before);
  round->addIncoming(next, loop);
  ir.SetInsertPoint(end);
  copy(to, text, size);
}

void ProgramBuilder::store_lower(const typed::Call& call, uint32_t size, Value* to) {
  store_in_case(call, size, to, 'A', 'Z');
}

void ProgramBuilder::store_upper(const typed::Call& call, uint32_t size, Value* to) {
  store_in_case(call, size, to, 'a', 'z');
}

/// The second one is read to behind the first; what does not fit is lost.
void ProgramBuilder::store_str_concat(const typed::Call& call, uint32_t size, Value* to) {
  auto& ir = m_.ir;
  const typed::Expression &first = *call.arguments[0], &second = *call.arguments[1];
  const uint32_t room = first.type.size + second.type.size + 1;
  Value* both = allocate(room);
  Value* length = pack_string(first, both);
  Value* behind = ir.CreateGEP(ir.getInt8Ty(), both, length);
  Value* more = pack_string(second, behind);
  if (size < first.type.size + second.type.size)
    if_true(ir.CreateICmpUGT(ir.CreateAdd(length, more), word(size)),
            [&] { m_.count_loss(LossCause::string_cut, m_.place()); });
  store_c_string(AddressSpace::kernel, both, size, to, Reads::own);
}

/// The first words that differ, in the order of their bytes.
llvm::Value* ProgramBuilder::lower_memcmp(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const uint32_t room = in_words(std::max(call.arguments[0]->type.size, call.arguments[1]->type.size) - 4);
  Value* bytes[2];
  for (int i = 0; i < 2; ++i) {
    bytes[i] = allocate(room);
    zero(bytes[i], room);
    read_buffer(std::get<typed::Call>(call.arguments[i]->node), call.arguments[i]->type.size - 4, bytes[i]);
  }
  BasicBlock *before = ir.GetInsertBlock(), *loop = new_block("compare"), *end = new_block("compared");
  ir.CreateBr(loop);
  ir.SetInsertPoint(loop);
  auto* at = ir.CreatePHI(ir.getInt64Ty(), 2);
  Value* a = m_.opaque(load_word(ir.CreateGEP(ir.getInt8Ty(), bytes[0], at)));
  Value* b = m_.opaque(load_word(ir.CreateGEP(ir.getInt8Ty(), bytes[1], at)));
  Value* next = ir.CreateAdd(at, word(8));
  Value* more = ir.CreateAnd(ir.CreateICmpEQ(a, b), ir.CreateICmpULT(next, word(room)));
  ir.CreateCondBr(more, loop, end);
  at->addIncoming(word(0), before);
  at->addIncoming(next, loop);
  ir.SetInsertPoint(end);
  a = ir.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, a);
  b = ir.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, b);
  Value* unequal = ir.CreateSelect(ir.CreateICmpULT(a, b), word(~uint64_t{0}), word(1));
  return ir.CreateSelect(ir.CreateICmpEQ(a, b), word(0), unequal);
}

/// Where a number's text stands in its table. The numbers of errors count without their sign.
llvm::Value* ProgramBuilder::table_row(const typed::Call& call, uint32_t size) {
  auto& ir = m_.ir;
  const std::vector<std::string>& texts = m_.program.tables[call.index];
  std::string rows;
  for (const std::string& text : texts) {
    rows += text;
    rows.resize((rows.size() + size - 1) / size * size);
    if (text.empty()) rows.resize(rows.size() + size);
  }
  Value* number = scalar(*call.arguments[0]);
  if (call.id == BuiltinId::strerror)
    number = ir.CreateSelect(ir.CreateICmpSLT(number, word(0)), ir.CreateNeg(number), number);
  Value* known = m_.opaque(number);
  Value* last = word(texts.size() - 1);
  Value* index = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(known, last), known, last));
  return ir.CreateGEP(ir.getInt8Ty(), m_.constant_bytes(rows, rows.size()), ir.CreateMul(index, word(size)));
}

// Strings: text.cc stores them or knows where they are; as a statement they do nothing.
#define IN_MEMORY(id)                                                                                        \
  llvm::Value* ProgramBuilder::lower_##id(const typed::Call&, const Type&) { return word(0); }
IN_MEMORY(lower)
IN_MEMORY(upper)
IN_MEMORY(path)
IN_MEMORY(signal_name)
IN_MEMORY(str_concat)
IN_MEMORY(strerror)
IN_MEMORY(syscall_name)
#undef IN_MEMORY

} // namespace trc::codegen
