// Strings and tuples: values in memory. A stored string is always defined over its whole size, with zeroes
// behind its NUL, so that it can be a key or be compared word by word.
#include "base/check.h"
#include "base/overloaded.h"
#include "codegen/layout.h"
#include "codegen/program_builder.h"

namespace trc::codegen {

void ProgramBuilder::store(const typed::Expression& e, Value* to) {
  const Mark before = mark();
  store_parts(e, to);
  release(before);
}

void ProgramBuilder::store_parts(const typed::Expression& e, Value* to) {
  const uint32_t size = e.type.size;
  if (auto* convert = std::get_if<typed::Convert>(&e.node); convert && convert->operand->type.is_string()) {
    const uint32_t inner = convert->operand->type.size;
    // What is longer than the place can't be: types only grow. The tail's zeroes go first, as whole words:
    // the verifier takes no word at an odd place on the stack.
    const uint32_t tail = inner / 8 * 8;
    zero(offset(to, tail), size - tail);
    store(*convert->operand, to);
    return;
  }
  if (auto* convert = std::get_if<typed::Convert>(&e.node)) {
    convert_tuple(address(*convert->operand), convert->operand->type, to, e.type);
    return;
  }
  std::visit(overloaded{
                 [&](const typed::ArgumentRead& n) { store_argument(n.access, e.type, to); },
                 [&](const typed::TupleOf& n) { store_tuple(n, e.type, to); },
                 [&](const typed::Ternary& n) {
                   choose(
                       truth(*n.condition), [&] { return store(*n.then, to), word(0); },
                       [&] { return store(*n.otherwise, to), word(0); });
                 },
                 [&](const typed::Call& n) {
                   if (n.id == BuiltinId::comm)
                     store_comm(size, to);
                   else if (n.id == BuiltinId::str)
                     store_str(n, size, to);
                   else
                     copy(to, address(e), size);
                 },
                 [&](const auto&) { copy(to, address(e), size); },
             },
             e.node);
}

void ProgramBuilder::store_comm(uint32_t size, Value* to) {
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
  return std::visit(overloaded{
                        [&](const typed::Text& n) { return m_.constant_bytes(n.bytes, e.type.size); },
                        [&](const typed::VariableRead& n) { return variables_[n.variable]; },
                        [&](const typed::MapRead& n) { return read_address(n.access, e.type); },
                        [&](const typed::Part& n) { return part_address(n); },
                        [&](const auto& n) {
                          if constexpr (std::is_same_v<decltype(n), const typed::Call&>)
                            if (n.id == BuiltinId::probe) return probe_name_address(e.type.size);
                          return made(e);
                        },
                    },
                    e.node);
}

llvm::Value* ProgramBuilder::part_address(const typed::Part& node) {
  return offset(address(*node.whole), node.offset);
}

/// Element by element, each in its wider place; what lies between is zero.
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
  Value* from = m_.ir.CreateIntToPtr(scalar(source), m_.ir.getPtrTy());
  zero(to, size);
  if (call.arguments.size() > 1) {
    Value* length = scalar(*call.arguments[1]);
    Value* bounded = m_.ir.CreateSelect(m_.ir.CreateICmpULT(length, word(size)), length, word(size));
    count_if_faulted(read_string(source.type.space, to, m_.opaque(bounded), from));
    return;
  }
  Value* got = read_string(source.type.space, to, word(size), from);
  count_if_faulted(got);
  if_true(m_.ir.CreateICmpEQ(got, word(size)), [&] {
    const Helper read =
        source.type.space == AddressSpace::user ? Helper::probe_read_user : Helper::probe_read_kernel;
    m_.call(read, {offset(to, size - 1), word(1), offset(from, size - 1)});
  });
}

void ProgramBuilder::count_if_faulted(Value* result) {
  if_true(m_.ir.CreateICmpSLT(result, word(0)), [&] { m_.count_loss(LossCause::faulted_read, probe_.text); });
}

llvm::Value* ProgramBuilder::probe_name_address(uint32_t size) {
  std::string table;
  for (const auto& instance : probe_.instances) {
    std::string name = instance.name;
    name.resize(size, '\0');
    table += name;
  }
  Value* rows = m_.constant_bytes(table, table.size());
  TRC_CHECK(probe_index_, "a program for several probes that can't tell them apart");
  // The bound is for the verifier: a cookie or table gives no other number. Opaque on both sides, so that
  // what is compared is what is multiplied.
  Value* index = m_.opaque(probe_index_);
  Value* bounded =
      m_.ir.CreateSelect(m_.ir.CreateICmpULT(index, word(probe_.instances.size())), index, word(0));
  return m_.ir.CreateGEP(m_.ir.getInt8Ty(), rows, m_.ir.CreateMul(m_.opaque(bounded), word(size)));
}

llvm::Value* ProgramBuilder::pack_string(const typed::Expression& e, Value* to) {
  const uint32_t size = e.type.size;
  Value* got;
  auto* call = std::get_if<typed::Call>(&e.node);
  if (call && call->id == BuiltinId::str && call->arguments.size() == 1) {
    const typed::Expression& source = *call->arguments[0];
    Value* from = m_.ir.CreateIntToPtr(scalar(source), m_.ir.getPtrTy());
    got = read_string(source.type.space, to, word(size + 1), from);
    count_if_faulted(got);
  } else {
    got = read_string(AddressSpace::kernel, to, word(size + 1), address(e));
  }
  // The helper gives the length with its NUL, or an error. In this form the verifier sees 0 to `size`.
  auto& ir = m_.ir;
  Value* positive = ir.CreateSelect(ir.CreateICmpSGT(got, word(0)), got, word(1));
  return m_.opaque(ir.CreateSub(positive, word(1)));
}

} // namespace trc::codegen
