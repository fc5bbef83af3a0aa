// join(): the strings behind an array of pointers, each with its NUL, one behind the other; and debugf().
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

// language.md 4.1
constexpr uint32_t kMostStrings = 16, kLongestString = 1024;

} // namespace

/// The second field of the event is how many strings there are: one more than are sent if some were left.
llvm::Value* ProgramBuilder::lower_join(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const EventInfo& event = m_.manifest.events[call.index];
  const typed::Expression& array = *call.arguments[0];
  const AddressSpace space = array.type.space;
  Value* from = ir.CreateIntToPtr(scalar(array), ir.getPtrTy());
  Value* record = allocate(event.fixed_size + kMostStrings * kLongestString + 8);
  Value* pointer = allocate(8);
  BasicBlock* end = new_block("joined");
  std::vector<std::pair<BasicBlock*, Value*>> ends; // of how many bytes, in order
  Value* bytes = word(0);
  for (uint32_t i = 0; i <= kMostStrings; ++i) {
    count_if_faulted(read_bytes(space, pointer, word(8), offset(from, 8 * i)));
    Value* string = ir.CreateIntToPtr(load_word(pointer), ir.getPtrTy());
    BasicBlock* next = new_block("string");
    ends.emplace_back(ir.GetInsertBlock(), bytes);
    ir.CreateCondBr(is_null(string), end, next);
    ir.SetInsertPoint(next);
    if (i == kMostStrings) break;
    Value* place = ir.CreateGEP(ir.getInt8Ty(), offset(record, event.fixed_size), bytes);
    Value* got = read_string(space, place, word(kLongestString), string);
    count_if_faulted(got);
    // What can't be read is an empty string: the helper has cleared its place.
    Value* length = ir.CreateSelect(ir.CreateICmpSGT(got, word(0)), got, word(1));
    bytes = m_.opaque(ir.CreateAdd(bytes, length));
  }
  ends.emplace_back(ir.GetInsertBlock(), bytes);
  ir.CreateBr(end);
  ir.SetInsertPoint(end);
  auto *size = ir.CreatePHI(ir.getInt64Ty(), ends.size()),
       *count = ir.CreatePHI(ir.getInt64Ty(), ends.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    size->addIncoming(ends[i].second, ends[i].first);
    count->addIncoming(word(i), ends[i].first);
  }
  store_scalar(size, offset(record, event.fields[0].offset), integer_type(4, false));
  store_scalar(count, offset(record, event.fields[1].offset), integer_type(4, false));
  send_record(record, call.index, ir.CreateAdd(size, word(event.fixed_size)));
  return word(0);
}

/// The helper takes all of its arguments, whatever the format says.
llvm::Value* ProgramBuilder::lower_debugf(const typed::Call& call, const Type&) {
  constexpr size_t kMostValues = 3;
  Value* values[kMostValues] = {word(0), word(0), word(0)};
  for (size_t i = 0; i < kMostValues && i + 1 < call.arguments.size(); ++i) {
    const typed::Expression& e = *call.arguments[i + 1];
    values[i] = e.type.is_scalar() ? scalar(e) : m_.ir.CreatePtrToInt(made(e), m_.ir.getInt64Ty());
  }
  const typed::Expression& format = *call.arguments[0];
  return m_.call(Helper::trace_printk,
                 {address(format), word(format.type.size), values[0], values[1], values[2]});
}

} // namespace trc::codegen
