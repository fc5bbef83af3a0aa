// What a program reads from its context: the fields of `args`, and what tells its probes apart.
#include "codegen/program_builder.h"

namespace trc::codegen {

/// The bytes that an access names, zero-extended. Reads of the context are volatile: the verifier allows them
/// only at their own offset and size, which LLVM might change otherwise.
llvm::Value* ProgramBuilder::context_value(const probes::ContextAccess& access) {
  auto& ir = m_.ir;
  auto load = [&](Value* from, uint32_t size) {
    auto* value = ir.CreateLoad(ir.getIntNTy(size * 8), from);
    value->setVolatile(true);
    return ir.CreateZExt(value, ir.getInt64Ty());
  };
  if (!access.through) return load(offset(context(), access.offset), access.size);
  Value* pointer = ir.CreateIntToPtr(load(offset(context(), access.offset), 8), ir.getPtrTy());
  return load(offset(pointer, *access.through), access.size);
}

llvm::Value* ProgramBuilder::scalar_argument(const probes::ContextAccess& access, const Type& type) {
  switch (access.kind) {
  case probes::AccessKind::bytes: {
    // What the verifier doesn't let a program load, a helper reads.
    Value* bytes = allocate(8);
    store_word(word(0), bytes);
    store_argument(access, type, bytes);
    return cut(load_word(bytes), type);
  }
  case probes::AccessKind::argument_word: {
    Value* argument = allocate(8);
    store_word(word(0), argument);
    m_.call(Helper::get_func_arg, {context(), word(access.offset), argument});
    return cut(load_word(argument), type);
  }
  case probes::AccessKind::data_loc_address:
    return m_.ir.CreatePtrToInt(data_location(access).from, m_.ir.getInt64Ty());
  default: return cut(context_value(access), type);
  }
}

ProgramBuilder::DataLocation ProgramBuilder::data_location(const probes::ContextAccess& access) {
  auto& ir = m_.ir;
  auto* loaded = ir.CreateLoad(ir.getInt32Ty(), offset(context(), access.offset));
  loaded->setVolatile(true);
  Value* where = ir.CreateZExt(loaded, ir.getInt64Ty());
  Value* base = access.is_relative ? offset(context(), access.offset + 4) : context();
  return {.from = ir.CreateGEP(ir.getInt8Ty(), base, ir.CreateAnd(where, 0xffff)),
          .length = ir.CreateLShr(where, 16)};
}

void ProgramBuilder::count_if_longer(Value* length, uint32_t most) {
  if_true(m_.ir.CreateICmpUGT(length, word(most)), [&] { m_.count_loss(LossCause::field_cut, m_.place()); });
}

/// An argument that is no scalar, and `bytes` of any type, to memory of the type's size.
void ProgramBuilder::store_argument(const probes::ContextAccess& access, const Type& type, Value* to) {
  const uint32_t size = type.size;
  switch (access.kind) {
  case probes::AccessKind::bytes:
    m_.call(Helper::probe_read_kernel, {to, word(size), offset(context(), access.offset)});
    return;
  case probes::AccessKind::data_loc_buffer: {
    const DataLocation data = data_location(access);
    const uint32_t most = size - 4;
    Value* length = m_.ir.CreateSelect(m_.ir.CreateICmpULT(data.length, word(most)), data.length, word(most));
    zero(to, size);
    store_scalar(length, to, integer_type(4, false));
    m_.call(Helper::probe_read_kernel, {offset(to, 4), m_.opaque(length), data.from});
    count_if_longer(data.length, most);
    return;
  }
  default: {
    zero(to, size);
    if (access.kind != probes::AccessKind::data_loc_string) {
      read_string(AddressSpace::kernel, to, word(size), offset(context(), access.offset));
      return;
    }
    const DataLocation data = data_location(access);
    read_string(AddressSpace::kernel, to, word(size), data.from);
    count_if_longer(data.length, size); // the length counts the NUL
  }
  }
}

} // namespace trc::codegen
