// Values that are looked at where they lie: in the program's own memory, behind a trusted pointer that the
// program may load through, or at an address that only the kernel's readers can reach. A field of a field, or
// an element of an array, is a place of its own: the whole is never copied for it.
#include <algorithm>
#include <bit>

#include "base/overloaded.h"
#include "codegen/program_builder.h"

namespace trc::codegen {
namespace {

/// Whether a string at this offset of it comes as C laid it out, with anything behind its NUL. What a tuple
/// holds itself does not; what structs and arrays hold, in a tuple or not, does.
bool is_of_c(const Type& whole, uint32_t at) {
  if (whole.kind != TypeKind::tuple)
    return whole.kind == TypeKind::structure || whole.kind == TypeKind::array;
  const auto offsets = element_offsets(whole);
  for (size_t i = 0; i < offsets.size(); ++i)
    if (at >= offsets[i] && at - offsets[i] < whole.elements[i].size)
      return is_of_c(whole.elements[i], at - offsets[i]);
  return false;
}

uint32_t touched_bytes(typed::BitRange bits) { return (bits.first + bits.bits + 7u) / 8; }

} // namespace

ProgramBuilder::Place ProgramBuilder::place(const typed::Expression& e) {
  const ModuleBuilder::Focus focus(m_, e.span);
  return std::visit(overloaded{
                        [&](const typed::Dereference& n) { return pointed_to(n); },
                        [&](const typed::Part& n) {
                          Place part = place(*n.whole);
                          part.base = offset(part.base, n.offset);
                          part.bits = n.bits;
                          part.is_raw |= is_of_c(n.whole->type, n.offset);
                          return part;
                        },
                        [&](const typed::ArrayElement& n) { return element_place(n); },
                        [&](const auto&) { return Place{.base = address(e)}; },
                    },
                    e.node);
}

ProgramBuilder::Place ProgramBuilder::pointed_to(const typed::Dereference& node) {
  Place place = {.where = node.is_trusted ? Where::trusted : Where::elsewhere,
                 .space = node.pointer->type.space,
                 .is_raw = true,
                 .bits = node.bits};
  Value* pointer = m_.ir.CreateIntToPtr(scalar(*node.pointer), m_.ir.getPtrTy());
  // An argument of the program may be null, and so may a few fields that the verifier keeps a list of
  // (`skb->sk`, BTF_TYPE_SAFE_RCU_OR_NULL); it wants to see that tested. The current task is always there.
  // What is read through a null pointer is zero in any case.
  if (node.is_trusted && !std::holds_alternative<typed::Call>(node.pointer->node))
    place.is_there = m_.ir.CreateIsNotNull(pointer);
  place.base = offset(pointer, node.offset);
  return place;
}

/// The index is held within the bounds for the verifier; whether it was there, the place says.
ProgramBuilder::Place ProgramBuilder::element_place(const typed::ArrayElement& node) {
  auto& ir = m_.ir;
  const Type& array = node.array->type;
  Place place = this->place(*node.array);
  const uint32_t size = array.is_string() ? 1 : array.elements.front().size;
  const uint32_t count = element_count(array);
  if (place.where == Where::trusted) {
    // No load through a trusted pointer may be at an offset that varies.
    place.where = Where::elsewhere;
    place.space = AddressSpace::kernel;
    place.base = ir.CreateIntToPtr(as_number(ir.CreatePtrToInt(place.base, ir.getInt64Ty())), ir.getPtrTy());
  }
  place.is_raw |= is_of_c(array, 0);
  place.bits = {};
  Value* index = m_.opaque(scalar(*node.index));
  // The last member of a struct may be declared without a bound: `int x[]`.
  if (count == 0 && place.where == Where::elsewhere) {
    place.base = ir.CreateGEP(ir.getInt8Ty(), place.base, ir.CreateMul(index, word(size)));
    return place;
  }
  Value* inside = ir.CreateICmpULT(index, word(count));
  if_true(ir.CreateNot(inside), [&] { m_.count_loss(LossCause::index_out_of_bounds, m_.place()); });
  Value* bounded = m_.opaque(ir.CreateSelect(inside, index, word(0)));
  place.base = ir.CreateGEP(ir.getInt8Ty(), place.base, ir.CreateMul(bounded, word(size)));
  place.is_there = place.is_there ? ir.CreateAnd(place.is_there, inside) : inside;
  return place;
}

/// A pointer that the verifier knows as one is not a number for it: it refuses most arithmetic. The negative
/// of its negative is one.
llvm::Value* ProgramBuilder::as_number(Value* pointer) {
  return m_.ir.CreateNeg(m_.opaque(m_.ir.CreateNeg(m_.opaque(pointer))));
}

/// The scalar that lies there, or 0 where nothing does.
llvm::Value* ProgramBuilder::load_from(const Place& place, const Type& type) {
  auto load = [&] { return place.bits.bits ? load_bits(place, type) : load_whole(place, type); };
  if (!place.is_there) return load();
  return choose(place.is_there, load, [&]() -> Value* { return word(0); });
}

llvm::Value* ProgramBuilder::load_whole(const Place& place, const Type& type) {
  auto& ir = m_.ir;
  switch (place.where) {
  case Where::here: return load_scalar(place.base, type);
  case Where::trusted:
    return ir.CreateIntCast(load_trusted(place.base, type.size), ir.getInt64Ty(), type.is_signed);
  case Where::elsewhere: break;
  }
  Value* copy = allocate(8);
  fetch(place, copy, type.size);
  return load_scalar(copy, type);
}

/// The verifier allows a load of a field only at its own offset and size, which LLVM might change otherwise:
/// what it takes for not aligned it loads byte by byte.
llvm::Value* ProgramBuilder::load_trusted(Value* from, uint32_t size) {
  return m_.ir.CreateAlignedLoad(m_.ir.getIntNTy(size * 8), from, llvm::Align(size), true);
}

/// A bit-field, by as many bytes as it touches: nine at most, in a packed struct.
llvm::Value* ProgramBuilder::load_bits(const Place& place, const Type& type) {
  auto& ir = m_.ir;
  const uint32_t first = place.bits.first, bits = place.bits.bits, bytes = touched_bytes(place.bits);
  Value* low;
  Value* ninth = nullptr;
  if (place.where == Where::trusted && bytes <= 8) {
    low = ir.CreateZExt(load_trusted(place.base, std::bit_ceil(bytes)), ir.getInt64Ty());
  } else {
    Value* from = place.base;
    if (place.where != Where::here) {
      from = allocate(16);
      zero(from, 16);
      fetch(place, from, bytes);
    }
    low = word(0);
    const uint32_t in_low = std::min(bytes, 8u);
    for (uint32_t done = 0; done < in_low;) {
      const uint32_t step = std::bit_floor(in_low - done);
      Value* part = ir.CreateZExt(load_bytes(offset(from, done), step), ir.getInt64Ty());
      low = ir.CreateOr(low, ir.CreateShl(part, 8 * done));
      done += step;
    }
    if (bytes > 8) ninth = ir.CreateZExt(load_bytes(offset(from, 8), 1), ir.getInt64Ty());
  }
  Value* value = ir.CreateLShr(low, first);
  if (ninth) value = ir.CreateOr(value, ir.CreateShl(ninth, 64 - first));
  Value* top = ir.CreateShl(value, 64 - bits);
  return type.is_signed ? ir.CreateAShr(top, 64 - bits) : ir.CreateLShr(top, 64 - bits);
}

/// `size` bytes from another place than the program's own memory; zeroes where they can't be read, and that
/// is counted.
void ProgramBuilder::fetch(const Place& place, Value* to, uint32_t size) {
  const AddressSpace space = place.where == Where::trusted ? AddressSpace::kernel : place.space;
  count_if_faulted(read_bytes(space, to, word(size), place.base));
}

/// The value that lies there, copied; zeroes where nothing does.
void ProgramBuilder::store_from(const Place& place, const Type& type, Value* to) {
  if (!place.is_there) return store_all(place, type, to);
  zero(to, type.size);
  if_true(place.is_there, [&] { store_all(place, type, to); });
}

void ProgramBuilder::store_all(const Place& place, const Type& type, Value* to) {
  const bool is_here = place.where == Where::here;
  if (type.is_string() && place.is_raw)
    store_c_string(place.where == Where::elsewhere ? place.space : AddressSpace::kernel, place.base,
                   type.size, to, is_here ? Reads::own : Reads::field);
  else if (is_here)
    copy(to, place.base, type.size);
  else
    fetch(place, to, type.size);
}

/// Up to `size` bytes to the first NUL, with zeroes behind it. A longer string fills the place to its last
/// byte, without NUL, which marks it as cut.
void ProgramBuilder::store_c_string(AddressSpace space, Value* from, uint32_t size, Value* to, Reads reads) {
  zero(to, size);
  Value* got = read_string(space, to, word(size), from);
  if (reads != Reads::own) count_if_faulted(got);
  if_true(m_.ir.CreateICmpEQ(got, word(size)), [&] { read_last(space, from, size, to, reads); });
}

/// The last byte, which the helper has made a NUL. It is one if the string fits by a hair.
void ProgramBuilder::read_last(AddressSpace space, Value* from, uint32_t size, Value* to, Reads reads) {
  Value* last = offset(to, size - 1);
  read_bytes(space, last, word(1), offset(from, size - 1));
  if (reads != Reads::longest) return;
  if_true(m_.ir.CreateICmpNE(load_bytes(last, 1), m_.ir.getInt8(0)),
          [&] { m_.count_loss(LossCause::string_cut, m_.place()); });
}

/// Where the bytes can be looked at as they should be: where they lie, or in a copy.
llvm::Value* ProgramBuilder::place_address(const typed::Expression& e) {
  const Place there = place(e);
  if (there.where == Where::here && !there.is_there && !(there.is_raw && e.type.is_string()))
    return there.base;
  Value* copied = allocate(e.type.size);
  store_from(there, e.type, copied);
  return copied;
}

} // namespace trc::codegen
