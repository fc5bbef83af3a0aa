// What a program does before its body: find out which probe this is, whether tracing runs, whether the
// process is the one that is traced. The cheapest test that turns most events away comes first.
#include <algorithm>

#include "codegen/follow.h"
#include "codegen/program_builder.h"
#include "program/records.h"

namespace trc::codegen {
namespace {

// In the kernel's thread_info.status: TS_COMPAT, a 32-bit system call (arch/x86/include/asm/thread_info.h).
constexpr uint64_t kCompatCall = 2;

/// A name for bpftool: at most 15 bytes of letters, digits and `_`, unique by its number.
std::string program_name(size_t index, const std::string& probe) {
  std::string tail = probe.substr(probe.rfind(':') + 1);
  std::string name = "t" + std::to_string(index) + "_";
  for (char c : tail)
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name.substr(0, 15);
}

} // namespace

ProgramBuilder::ProgramBuilder(ModuleBuilder& module, const typed::Probe& probe, size_t index)
    : m_(module), probe_(probe), index_(index) {}

void ProgramBuilder::build() {
  ProgramInfo info = describe();
  section_ = info.section;
  function_ = m_.add_program(info.name, section_);
  context_ = function_->getArg(0);
  build_functions(probe_.body);
  exit_ = BasicBlock::Create(m_.context, "exit", function_);
  m_.ir.SetInsertPoint(BasicBlock::Create(m_.context, "entry", function_, exit_));
  m_.set_location(probe_.span);

  prologue();
  declare(probe_.variables);
  block(probe_.body);
  branch_to(exit_);
  m_.set_location(probe_.span);
  close_scratch();
  m_.ir.SetInsertPoint(exit_);
  m_.ir.CreateRet(m_.ir.getInt32(probe_.return_value));
  m_.manifest.programs.push_back(std::move(info));
}

ProgramInfo ProgramBuilder::describe() const {
  ProgramInfo info = {.name = program_name(index_, probe_.instances.front().name),
                      .section = "prog." + std::to_string(index_),
                      .probe = probe_.text,
                      .type = probe_.type,
                      .attach_btf_id = probe_.attach_btf_id,
                      .attach_module = probe_.attach_module,
                      .attachments = {}};
  for (size_t i = 0; i < probe_.instances.size(); ++i) {
    const auto& instance = probe_.instances[i];
    auto same = [&](const Attachment& a) { return a.spec == instance.attach; };
    auto known = std::find_if(info.attachments.begin(), info.attachments.end(), same);
    // A program that tells its probes apart by cookie needs an attachment for each.
    if (known == info.attachments.end() || !instance.selector)
      known = info.attachments.insert(info.attachments.end(), {.spec = instance.attach, .cookie = i});
    known->probes.push_back(instance.name);
  }
  return info;
}

void ProgramBuilder::return_unless(Value* condition, const char* name) {
  BasicBlock* next = new_block(name);
  m_.ir.CreateCondBr(condition, next, exit_);
  m_.ir.SetInsertPoint(next);
}

void ProgramBuilder::prologue() {
  check_selectors();
  const bool outlives_trc = probe_.is_pinned;
  if (probe_.run_by != probes::RunBy::session_edge && !outlives_trc) check_state();
  if ((m_.options.pid || m_.options.follow) && !probe_.filters_pid_itself) check_pid();
  const auto& selector = probe_.instances.front().selector;
  if (selector && selector->task) check_compat(*selector->task);
  if (probe_.instances.size() > 1 && probe_.has_cookie) check_cookie();
  if (m_.options.counts_events && probe_.run_by != probes::RunBy::session_edge) count_event();
  if (probe_.object) check_object(*probe_.object);
  open_scratch();
}

void ProgramBuilder::check_selectors() {
  const auto& instances = probe_.instances;
  if (!instances.front().selector) return;
  Value* seen = context_value(instances.front().selector->access);
  if (instances.size() == 1) {
    return_unless(m_.ir.CreateICmpEQ(seen, word(instances.front().selector->value)), "selected");
    return;
  }
  // A table from the number to the instance's index + 1; 0 where the number is none of ours.
  uint64_t largest = 0;
  for (const auto& instance : instances)
    largest = std::max(largest, instance.selector->value);
  std::vector<uint64_t> table(largest + 1, 0);
  for (size_t i = 0; i < instances.size(); ++i)
    table[instances[i].selector->value] = i + 1;
  // Opaque, so that the register that is compared is the one that is added: the verifier wants to see the
  // bound on it.
  Value* bounded = m_.opaque(seen);
  return_unless(m_.ir.CreateICmpULE(bounded, word(largest)), "in_table");
  Value* row = m_.ir.CreateGEP(m_.ir.getInt16Ty(), m_.constant_table(table, 2), bounded);
  Value* index = m_.ir.CreateZExt(m_.ir.CreateLoad(m_.ir.getInt16Ty(), row), m_.ir.getInt64Ty());
  return_unless(m_.ir.CreateICmpNE(index, word(0)), "selected");
  probe_index_ = m_.ir.CreateSub(index, word(1));
}

void ProgramBuilder::check_state() {
  auto* state = m_.ir.CreateLoad(m_.ir.getInt64Ty(), m_.data(offsetof(ControlWords, state)));
  state->setVolatile(true);
  return_unless(m_.ir.CreateICmpEQ(state, word(kRunning)), "running");
}

/// Nearly: one that interrupts another at the wrong moment is not counted. It is to be cheap.
void ProgramBuilder::count_event() {
  Value* seen = slot(m_.manifest.maps[m_.map_named("seen")], nullptr).value;
  store_word(m_.ir.CreateAdd(load_word(seen), word(1)), seen);
}

void ProgramBuilder::check_pid() {
  if (m_.options.follow) return return_unless(is_followed(m_, current_ids().process, allocate(8)), "traced");
  return_unless(m_.ir.CreateICmpEQ(current_ids().process, word(*m_.options.pid)), "traced");
}

void ProgramBuilder::check_compat(const probes::TaskFields& fields) {
  task_ = m_.ir.CreateIntToPtr(m_.call(Helper::get_current_task_btf, {}), m_.ir.getPtrTy());
  task_fields_ = fields;
  Value* status = m_.ir.CreateLoad(m_.ir.getInt32Ty(), offset(task_, fields.status));
  return_unless(m_.ir.CreateICmpEQ(m_.ir.CreateAnd(status, kCompatCall), m_.ir.getInt32(0)), "native");
}

/// Whether the current task is at hand: other functions of the program can't see what its first one holds.
bool ProgramBuilder::has_task() const { return task_ && part_ == Part::program; }

/// An iterator's program runs once more behind the last object, with none. A byte written for each lets the
/// reader stop after a few of them, to make room for what they send.
void ProgramBuilder::check_object(const probes::ContextAccess& object) {
  return_unless(m_.ir.CreateICmpNE(context_value(object), word(0)), "object");
  if (!probe_.is_pinned) m_.call(Helper::seq_write, {sequence_file(), m_.constant_table({0}, 1), word(1)});
}

/// What an iterator writes to: bpf_iter__NAME begins with the bpf_iter_meta *, and that with the seq_file *.
llvm::Value* ProgramBuilder::sequence_file() {
  Value* file = context_value({.kind = probes::AccessKind::value, .offset = 0, .size = 8, .through = 0});
  return m_.ir.CreateIntToPtr(file, m_.ir.getPtrTy());
}

void ProgramBuilder::check_cookie() { probe_index_ = m_.call(Helper::get_attach_cookie, {context_}); }

} // namespace trc::codegen
