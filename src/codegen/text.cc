// Strings, tuples and other values in memory. A stored string is always defined over its whole size, with
// zeroes behind its NUL, so that it can be a key or be compared word by word.
#include <bit>

#include "base/check.h"
#include "base/overloaded.h"
#include "codegen/layout.h"
#include "codegen/program_builder.h"

namespace trc::codegen {

void ProgramBuilder::store(const typed::Expression& e, Value* to) {
  const ModuleBuilder::Focus focus(m_, e.span);
  const Mark before = mark();
  store_parts(e, to);
  release(before);
}

void ProgramBuilder::store_parts(const typed::Expression& e, Value* to) {
  const uint32_t size = e.type.size;
  std::visit(overloaded{
                 [&](const typed::Text& n) {
                   if (n.bytes.empty())
                     zero(to, size);
                   else
                     copy(to, address(e), size);
                 },
                 [&](const typed::Convert& n) { store_converted(*n.operand, e.type, to); },
                 [&](const typed::Dereference&) { store_from(place(e), e.type, to); },
                 [&](const typed::Part&) { store_from(place(e), e.type, to); },
                 [&](const typed::ArrayElement&) { store_from(place(e), e.type, to); },
                 [&](const typed::ArgumentRead& n) { store_argument(n.access, e.type, to); },
                 [&](const typed::TupleOf& n) { store_tuple(n, e.type, to); },
                 [&](const typed::Ternary& n) {
                   choose(
                       truth(*n.condition), [&] { return store(*n.then, to), word(0); },
                       [&] { return store(*n.otherwise, to), word(0); });
                 },
                 [&](const typed::BlockValue& n) {
                   block(n.block);
                   reach();
                   store(*n.value, to);
                 },
                 [&](const typed::Call& n) {
                   if (!store_made(n, size, to)) copy(to, address(e), size);
                 },
                 [&](const typed::FunctionCall& n) {
                   call_function(n);
                   copy(to, scratch_at(functions_.at(n.function).result), size);
                 },
                 [&](const auto&) { copy(to, address(e), size); },
             },
             e.node);
}

/// A string or buffer in more or less room, a tuple of wider elements, an integer as an array, or the same
/// bytes by another name.
void ProgramBuilder::store_converted(const typed::Expression& operand, const Type& type, Value* to) {
  const uint32_t inner = operand.type.size, size = type.size;
  if (operand.type.is_scalar()) {
    // Little-endian, extended by the integer's sign.
    Value* number = scalar(operand);
    if (std::has_single_bit(size)) return store_scalar(number, to, integer_type(size, false));
    Value* all = allocate(8);
    store_word(number, all);
    return copy(to, all, size);
  }
  if (type.kind == TypeKind::tuple) return convert_tuple(address(operand), operand.type, to, type);
  if (inner > size) return copy_beginning(address(operand), to, type);
  if (inner < size) {
    // The tail's zeroes go first, as whole words: the verifier takes no word at an odd place on the stack.
    const uint32_t tail = inner / 8 * 8;
    zero(offset(to, tail), size - tail);
  }
  store(operand, to);
}

/// What a builtin makes where it is wanted; false if it is no such.
bool ProgramBuilder::store_made(const typed::Call& call, uint32_t size, Value* to) {
  switch (call.id) {
  case BuiltinId::comm: store_comm(call, size, to); return true;
  case BuiltinId::str: store_str(call, size, to); return true;
  case BuiltinId::buf: store_buf(call, size, to); return true;
  case BuiltinId::kstack:
  case BuiltinId::ustack:
  case BuiltinId::usym: store_stack(call, to); return true;
  case BuiltinId::lower: store_lower(call, size, to); return true;
  case BuiltinId::upper: store_upper(call, size, to); return true;
  case BuiltinId::str_concat: store_str_concat(call, size, to); return true;
  case BuiltinId::path: store_path(call, size, to); return true;
  default: return false;
  }
}

// TASK_COMM_LEN (include/linux/sched.h).
static constexpr uint32_t kCommSize = 16;

void ProgramBuilder::store_comm(const typed::Call& call, uint32_t size, Value* to) {
  if (!call.arguments.empty()) return store_comm_of(call, size, to);
  if (has_task() && task_fields_.comm && size == kCommSize) {
    copy(to, offset(task_, *task_fields_.comm), size); // two words, with zeroes behind the NUL
    return;
  }
  // The helper of Linux 6.1 leaves what was behind the NUL; that of 6.12 clears it.
  zero(to, size);
  m_.call(Helper::get_current_comm, {to, word(size)});
}

/// The value in a temporary of its own.
llvm::Value* ProgramBuilder::made(const typed::Expression& e) {
  Value* place = allocate(e.type.size);
  store(e, place);
  return place;
}

/// Where the bytes of a string or tuple are; a temporary is made if they are nowhere yet.
llvm::Value* ProgramBuilder::address(const typed::Expression& e) {
  const ModuleBuilder::Focus focus(m_, e.span);
  return std::visit(overloaded{
                        [&](const typed::Text& n) { return m_.constant_bytes(n.bytes, e.type.size); },
                        [&](const typed::VariableRead& n) { return variable(n.variable); },
                        [&](const typed::MapRead& n) { return read_address(n.access, e.type); },
                        [&](const typed::OptionRead& n) { return option(n); },
                        [&](const typed::Dereference&) { return place_address(e); },
                        [&](const typed::Part&) { return place_address(e); },
                        [&](const typed::ArrayElement&) { return place_address(e); },
                        [&](const auto& n) {
                          if constexpr (std::is_same_v<decltype(n), const typed::Call&>) {
                            if (n.id == BuiltinId::probe || (n.id == BuiltinId::func && e.type.is_string()))
                              return instance_name_address(n.id, e.type.size);
                            const bool is_listed = n.id == BuiltinId::strerror ||
                                                   n.id == BuiltinId::signal_name ||
                                                   n.id == BuiltinId::syscall_name;
                            if (is_listed) return table_row(n, e.type.size);
                          }
                          return made(e);
                        },
                    },
                    e.node);
}

/// The beginning of a longer string or buffer.
void ProgramBuilder::copy_beginning(Value* from, Value* to, const Type& type) {
  copy(to, from, type.size);
  if (type.kind != TypeKind::buffer) return;
  Value *length = load_bytes(to, 4), *most = m_.ir.getInt32(type.size - 4);
  m_.ir.CreateStore(m_.ir.CreateSelect(m_.ir.CreateICmpULT(length, most), length, most), to);
}

/// Element by element, each in its own place; what lies between is zero.
void ProgramBuilder::convert_tuple(Value* from, const Type& from_type, Value* to, const Type& to_type) {
  const auto from_offsets = element_offsets(from_type), to_offsets = element_offsets(to_type);
  zero(to, to_type.size);
  for (size_t i = 0; i < to_offsets.size(); ++i) {
    const Type &source = from_type.elements[i], &target = to_type.elements[i];
    Value *source_at = offset(from, from_offsets[i]), *target_at = offset(to, to_offsets[i]);
    if (source.is_scalar())
      store_scalar(load_scalar(source_at, source), target_at, target);
    else if (source.kind == TypeKind::tuple)
      convert_tuple(source_at, source, target_at, target);
    else if (source.size > target.size)
      copy_beginning(source_at, target_at, target);
    else
      copy(target_at, source_at, source.size);
  }
}

void ProgramBuilder::store_tuple(const typed::TupleOf& tuple, const Type& type, Value* to) {
  const auto offsets = element_offsets(type);
  uint32_t covered = 0;
  for (const Type& element : type.elements)
    covered += element.size;
  if (covered != type.size) zero(to, type.size); // the padding is part of a key
  for (size_t i = 0; i < offsets.size(); ++i) {
    Value* place = offset(to, offsets[i]);
    const typed::Expression& element = *tuple.elements[i];
    if (element.type.is_scalar())
      store_scalar(scalar(element), place, element.type);
    else
      store(element, place);
  }
}

/// str(): up to `size` bytes. Without a length of the script's own a longer string fills the place to its
/// last byte, without NUL, which marks it as cut.
void ProgramBuilder::store_str(const typed::Call& call, uint32_t size, Value* to) {
  const typed::Expression& source = *call.arguments[0];
  const bool is_here = !source.type.is_scalar(); // the bytes themselves, not their address
  Value* from = is_here ? address(source) : m_.ir.CreateIntToPtr(scalar(source), m_.ir.getPtrTy());
  if (call.arguments.size() > 1) {
    zero(to, size);
    Value* length = scalar(*call.arguments[1]);
    Value* bounded = m_.ir.CreateSelect(m_.ir.CreateICmpULT(length, word(size)), length, word(size));
    const AddressSpace space = is_here ? AddressSpace::kernel : source.type.space;
    Value* got = read_string(space, to, m_.opaque(bounded), from);
    count_if_faulted(got);
    // What the script itself cuts off is not lost.
    if (is_here || size != m_.program.settings.max_strlen) return;
    Value* wants_more = m_.ir.CreateICmpUGT(length, word(size));
    if_true(m_.ir.CreateAnd(wants_more, m_.ir.CreateICmpEQ(got, word(size))),
            [&] { read_last(space, from, size, to, Reads::longest); });
    return;
  }
  store_c_string(source.type.space, from, size, to, Reads::longest);
}

/// buf(): the number of bytes, then the bytes, and zeroes behind them. None where they can't be read.
void ProgramBuilder::store_buf(const typed::Call& call, uint32_t size, Value* to) {
  zero(to, size);
  store_scalar(read_buffer(call, size - 4, offset(to, 4)), to, integer_type(4, false));
}

/// At most so many bytes; how many were read.
llvm::Value* ProgramBuilder::read_buffer(const typed::Call& call, uint32_t most, Value* to) {
  auto& ir = m_.ir;
  const typed::Expression& source = *call.arguments[0];
  Value* length = word(most);
  Value* is_cut = ir.getFalse();
  if (call.arguments.size() > 1) {
    Value* wanted = m_.opaque(scalar(*call.arguments[1]));
    if (most == m_.program.settings.max_strlen) is_cut = ir.CreateICmpUGT(wanted, length);
    length = m_.opaque(ir.CreateSelect(ir.CreateICmpULT(wanted, length), wanted, length));
  }
  Place from = source.type.is_scalar() ? Place{.where = Where::elsewhere,
                                               .space = source.type.space,
                                               .base = ir.CreateIntToPtr(scalar(source), ir.getPtrTy())}
                                       : place(source);
  auto read = [&]() -> Value* {
    const AddressSpace space = from.where == Where::elsewhere ? from.space : AddressSpace::kernel;
    Value* result = read_bytes(space, to, length, from.base);
    count_if_faulted(result);
    if (is_cut != ir.getFalse()) if_true(is_cut, [&] { m_.count_loss(LossCause::buffer_cut, m_.place()); });
    return ir.CreateSelect(ir.CreateICmpSLT(result, word(0)), word(0), length);
  };
  if (!from.is_there) return read();
  return choose(from.is_there, read, [&]() -> Value* { return word(0); });
}

llvm::Value* ProgramBuilder::pack_buffer(const typed::Expression& e, Value* to) {
  const ModuleBuilder::Focus focus(m_, e.span);
  auto& ir = m_.ir;
  const uint32_t most = e.type.size - 4;
  auto bounded = [&](Value* length) {
    Value* known = m_.opaque(length);
    return m_.opaque(ir.CreateSelect(ir.CreateICmpULT(known, word(most)), known, word(most)));
  };
  auto* call = std::get_if<typed::Call>(&e.node);
  if (call && call->id == BuiltinId::buf) return bounded(read_buffer(*call, most, to));
  Value* from = address(e);
  Value* length = bounded(load_scalar(from, integer_type(4, false)));
  read_bytes(AddressSpace::kernel, to, length, offset(from, 4));
  return length;
}

void ProgramBuilder::count_if_faulted(Value* result) {
  if_true(m_.ir.CreateICmpSLT(result, word(0)), [&] { m_.count_loss(LossCause::faulted_read, m_.place()); });
}

/// Of the probe (BuiltinId::probe) or its function (func).
llvm::Value* ProgramBuilder::instance_name_address(BuiltinId id, uint32_t size) {
  std::string table;
  for (const auto& instance : probe_.instances) {
    std::string name = id == BuiltinId::probe ? instance.name : instance.function;
    name.resize(size, '\0');
    table += name;
  }
  Value* rows = m_.constant_bytes(table, table.size());
  return m_.ir.CreateGEP(m_.ir.getInt8Ty(), rows, m_.ir.CreateMul(bounded_probe_index(), word(size)));
}

/// Which of the instances this is. The bound is for the verifier: a cookie or table gives no other number.
/// Opaque on both sides, so that what is compared is what is multiplied.
llvm::Value* ProgramBuilder::bounded_probe_index() {
  TRC_CHECK(probe_index(), "a program for several probes that can't tell them apart");
  Value* index = m_.opaque(probe_index());
  Value* bounded =
      m_.ir.CreateSelect(m_.ir.CreateICmpULT(index, word(probe_.instances.size())), index, word(0));
  return m_.opaque(bounded);
}

llvm::Value* ProgramBuilder::pack_string(const typed::Expression& e, Value* to) {
  Value* got = read_packed(e, to);
  // The helper gives the length with its NUL, or an error. In this form the verifier sees 0 to `size`.
  auto& ir = m_.ir;
  Value* positive = ir.CreateSelect(ir.CreateICmpSGT(got, word(0)), got, word(1));
  return m_.opaque(ir.CreateSub(positive, word(1)));
}

/// Straight from where the string lies, if it lies somewhere.
llvm::Value* ProgramBuilder::read_packed(const typed::Expression& e, Value* to) {
  Value* most = word(e.type.size + 1);
  auto* call = std::get_if<typed::Call>(&e.node);
  Value* got;
  if (call && call->id == BuiltinId::str && call->arguments.size() == 1) {
    const typed::Expression& source = *call->arguments[0];
    const ModuleBuilder::Focus focus(m_, e.span);
    got = read_string(source.type.space, to, most, m_.ir.CreateIntToPtr(scalar(source), m_.ir.getPtrTy()));
    count_if_faulted(got);
    if_true(m_.ir.CreateICmpEQ(got, most), [&] { m_.count_loss(LossCause::string_cut, m_.place()); });
    return got;
  }
  if (!std::holds_alternative<typed::Dereference>(e.node) && !std::holds_alternative<typed::Part>(e.node))
    return read_string(AddressSpace::kernel, to, most, address(e));
  const Place from = place(e);
  auto read = [&] {
    const AddressSpace space = from.where == Where::elsewhere ? from.space : AddressSpace::kernel;
    Value* length = read_string(space, to, most, from.base);
    if (from.where != Where::here) count_if_faulted(length);
    return length;
  };
  if (!from.is_there) return read();
  return choose(from.is_there, read, [&]() -> Value* { return word(0); });
}

} // namespace trc::codegen
