// Builtin values and functions: one lowering function for each row of builtins.def that is not DECIDED.
#include <algorithm>

#include "base/check.h"
#include "codegen/program_builder.h"
#include "probes/registers.h"
#include "program/records.h"

namespace trc::codegen {

llvm::Value* ProgramBuilder::lower(const typed::Call& call, const Type& type) {
  using Lower = Value* (ProgramBuilder::*)(const typed::Call&, const Type&);
  static constexpr Lower kLowerings[] = {
#define BUILTIN(id, name, kind, parameters, result, doc, example) &ProgramBuilder::lower_##id,
#define DECIDED(id, name, kind, parameters, result, doc, example) nullptr,
#include "lang/builtins.def"
#undef BUILTIN
  };
  const Lower lowering = kLowerings[static_cast<size_t>(call.id)];
  TRC_CHECK(lowering, "a builtin that semantic analysis leaves nothing of was lowered");
  return (this->*lowering)(call, type);
}

llvm::Value* ProgramBuilder::lower_cpu(const typed::Call&, const Type&) {
  return m_.call(Helper::get_smp_processor_id, {});
}

llvm::Value* ProgramBuilder::lower_cpid(const typed::Call&, const Type&) {
  m_.manifest.reads_child = true;
  return load_word(m_.data(offsetof(ControlWords, child)));
}

llvm::Value* ProgramBuilder::lower_ncpus(const typed::Call&, const Type&) { return word(m_.options.cpus); }

llvm::Value* ProgramBuilder::lower_jiffies(const typed::Call&, const Type&) {
  return m_.call(Helper::jiffies64, {});
}

llvm::Value* ProgramBuilder::lower_numaid(const typed::Call&, const Type&) {
  return m_.call(Helper::get_numa_node_id, {});
}

/// The helper gives a u32; the upper half of the register is not promised.
llvm::Value* ProgramBuilder::lower_rand(const typed::Call&, const Type&) {
  return m_.ir.CreateAnd(m_.call(Helper::get_prandom_u32, {}), 0xffffffff);
}

/// The privilege level in the code segment's selector.
llvm::Value* ProgramBuilder::lower_usermode(const typed::Call&, const Type&) {
  constexpr uint64_t kUser = 3;
  Value* level = m_.ir.CreateAnd(context_value(*probes::register_named("cs")), kUser);
  return m_.ir.CreateZExt(m_.ir.CreateICmpEQ(level, word(kUser)), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::lower_ctx(const typed::Call&, const Type&) {
  return m_.ir.CreatePtrToInt(context(), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::lower_curtask(const typed::Call& call, const Type&) {
  return m_.call(call.index ? Helper::get_current_task_btf : Helper::get_current_task, {});
}

llvm::Value* ProgramBuilder::lower_func(const typed::Call&, const Type&) {
  return m_.call(Helper::get_func_ip, {context()});
}

/// The symbol's address in the file, plus how far from there the file lies in this process, which the probe's
/// own place tells.
llvm::Value* ProgramBuilder::lower_uaddr(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  Value* here =
      call.index ? m_.call(Helper::get_func_ip, {context()}) : context_value(*probes::register_named("ip"));
  std::vector<uint64_t> addresses;
  for (const auto& instance : probe_.instances)
    addresses.push_back(instance.file_address);
  const bool is_one = std::ranges::all_of(addresses, [&](uint64_t a) { return a == addresses.front(); });
  Value* in_file = word(addresses.front());
  if (!is_one) {
    Value* row = ir.CreateGEP(ir.getInt64Ty(), m_.constant_table(addresses, 8), bounded_probe_index());
    in_file = ir.CreateLoad(ir.getInt64Ty(), row);
  }
  return ir.CreateAdd(ir.CreateSub(here, in_file), scalar(*call.arguments[0]));
}

llvm::Value* ProgramBuilder::lower_nsecs(const typed::Call& call, const Type&) {
  // By Call::index, as Checker::check_nsecs lists them.
  constexpr Helper kClocks[] = {Helper::ktime_get_boot_ns, Helper::ktime_get_ns, Helper::ktime_get_tai_ns,
                                Helper::ktime_get_boot_ns};
  constexpr uint32_t kSoftwareTai = 3;
  Value* now = m_.call(kClocks[call.index], {});
  if (call.index != kSoftwareTai) return now;
  return m_.ir.CreateAdd(now, load_word(m_.data(offsetof(ControlWords, tai_offset))));
}

llvm::Value* ProgramBuilder::lower_cgroup(const typed::Call&, const Type&) {
  return m_.call(Helper::get_current_cgroup_id, {});
}

llvm::Value* ProgramBuilder::lower_bswap(const typed::Call& call, const Type& type) {
  Value* value = scalar(*call.arguments[0]);
  if (type.size == 1) return value;
  Value* bytes = m_.ir.CreateTrunc(value, m_.ir.getIntNTy(type.size * 8));
  return m_.ir.CreateZExt(m_.ir.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, bytes), m_.ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::lower_elapsed(const typed::Call&, const Type&) {
  Value* now = m_.call(Helper::ktime_get_boot_ns, {});
  return m_.ir.CreateSub(now, load_word(m_.data(offsetof(ControlWords, start_time))));
}

llvm::Value* ProgramBuilder::lower_uid(const typed::Call&, const Type&) {
  return m_.ir.CreateAnd(m_.call(Helper::get_current_uid_gid, {}), 0xffffffff);
}

llvm::Value* ProgramBuilder::lower_gid(const typed::Call&, const Type&) {
  return m_.ir.CreateLShr(m_.call(Helper::get_current_uid_gid, {}), 32);
}

llvm::Value* ProgramBuilder::lower_has_key(const typed::Call& call, const Type&) {
  return with_element(call.access, word(0), [&](Value*) { return word(1); });
}

llvm::Value* ProgramBuilder::lower_delete_key(const typed::Call& call, const Type&) {
  auto& ir = m_.ir;
  const MapInfo& map = info(call.access);
  if (map.kind == MapKind::slot) {
    Slot place = slot(map, nullptr);
    Value* was_set = ir.CreateAtomicRMW(llvm::AtomicRMWInst::Xchg, place.is_set, word(0), llvm::Align(8),
                                        llvm::AtomicOrdering::Monotonic);
    zero(place.value, map.value.size);
    return was_set;
  }
  if (map.kind == MapKind::percpu_slot) {
    // It was there if any word of any CPU says so; a minimum or maximum of 0 has its mark.
    Value* was_set = allocate(8);
    store_word(word(0), was_set);
    for_each_cpu([&](Value* cpu) {
      Value* memory = slot(map, cpu).value;
      for (uint32_t at = 0; at < map.value.size; at += 8)
        store_word(ir.CreateOr(load_word(was_set), load_word(offset(memory, at))), was_set);
      zero(memory, map.value.size);
    });
    return ir.CreateZExt(ir.CreateICmpNE(load_word(was_set), word(0)), ir.getInt64Ty());
  }
  Value* key = key_address(call.access);
  BasicBlock* missing = new_block("missing");
  Value* result = m_.call(Helper::map_delete_elem, {map_pointer(call.access, missing), key});
  Value* removed = ir.CreateZExt(ir.CreateICmpEQ(result, word(0)), ir.getInt64Ty());
  return or_absent(removed, missing, word(0));
}

// Strings, buffers and stacks: text.cc stores them or knows where they are; as a statement they do nothing.
llvm::Value* ProgramBuilder::lower_buf(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_kstack(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_ustack(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_usym(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_comm(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_probe(const typed::Call&, const Type&) { return word(0); }
llvm::Value* ProgramBuilder::lower_str(const typed::Call&, const Type&) { return word(0); }

} // namespace trc::codegen
