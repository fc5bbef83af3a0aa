// printf() of a pinned iterator: what it prints goes to the file that is being read. Its arguments are
// pieces, each a format that the kernel takes and the values for that.
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

/// `%%` is none.
size_t count_conversions(std::string_view format) {
  size_t count = 0;
  for (size_t i = 0; i < format.size(); ++i)
    if (format[i] == '%' && format[++i] != '%') ++count;
  return count;
}

} // namespace

void ProgramBuilder::write_sequence(const typed::Call& call) {
  for (size_t i = 0; i < call.arguments.size();) {
    const Mark before = mark();
    const typed::Expression& format = *call.arguments[i++];
    const std::string& text = std::get<typed::Text>(format.node).bytes;
    const size_t count = count_conversions(text);
    if (text == "%s")
      write_string(*call.arguments[i]);
    else
      write_formatted(format, std::span(call.arguments).subspan(i, count));
    i += count;
    release(before);
  }
}

/// Of any length.
void ProgramBuilder::write_string(const typed::Expression& e) {
  Value* place =
      allocate(std::max<uint32_t>(e.type.size + 1, 72)); // never on the stack: the length is a variable
  Value* length = pack_string(e, place);
  m_.call(Helper::seq_write, {sequence_file(), place, length});
}

void ProgramBuilder::write_formatted(const typed::Expression& format,
                                     std::span<const typed::ExpressionPtr> values) {
  const uint32_t bytes = 8 * static_cast<uint32_t>(values.size());
  Value* words = allocate(std::max<uint32_t>(bytes, 8));
  for (size_t i = 0; i < values.size(); ++i) {
    const typed::Expression& e = *values[i];
    store_word(e.type.is_scalar() ? scalar(e) : ended_string(e), offset(words, 8 * i));
  }
  m_.call(Helper::seq_printf, {sequence_file(), address(format), word(format.type.size), words, word(bytes)});
}

/// Where a copy of a string lies that surely has a NUL behind it, as a number.
llvm::Value* ProgramBuilder::ended_string(const typed::Expression& e) {
  Value* place = allocate(e.type.size + 1);
  m_.ir.CreateStore(m_.ir.getInt8(0), offset(place, e.type.size));
  store(e, place);
  return m_.ir.CreatePtrToInt(place, m_.ir.getInt64Ty());
}

} // namespace trc::codegen
