// See own_frames.h. Reading /proc/kallsyms takes the kernel 60 ms, a helper for programs of one kind finds a
// name in some microseconds.
#include "runtime/own_frames.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "program/records.h"
#include "runtime/bpf_call.h"

namespace trc::runtime {
namespace {

constexpr int kLookUpName = 179; // bpf_kallsyms_lookup_name (include/uapi/linux/bpf.h)
constexpr size_t kMostName = 128;

bpf_insn instruction(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value) {
  return {.code = code, .dst_reg = to, .src_reg = from, .off = offset, .imm = value};
}

/// A program that is run with a name as its context, and writes the address over the name's first bytes.
Fd load_look_up() {
  constexpr uint8_t kMove = BPF_ALU64 | BPF_MOV | BPF_X, kSet = BPF_ALU64 | BPF_MOV | BPF_K,
                    kAdd = BPF_ALU64 | BPF_ADD | BPF_K, kCall = BPF_JMP | BPF_CALL,
                    kExit = BPF_JMP | BPF_EXIT, kLoad = BPF_LDX | BPF_MEM | BPF_DW,
                    kStore = BPF_STX | BPF_MEM | BPF_DW, kStoreNumber = BPF_ST | BPF_MEM | BPF_DW;
  constexpr int16_t kResult = -8;
  constexpr int16_t kName = kResult - static_cast<int16_t>(kMostName);
  // The helper takes memory of the program only, so the name is copied to its stack.
  std::vector<bpf_insn> code = {instruction(kMove, BPF_REG_6, BPF_REG_1, 0, 0)};
  for (int16_t at = 0; at < static_cast<int16_t>(kMostName); at += 8) {
    code.push_back(instruction(kLoad, BPF_REG_1, BPF_REG_6, at, 0));
    code.push_back(instruction(kStore, BPF_REG_10, BPF_REG_1, static_cast<int16_t>(kName + at), 0));
  }
  const bpf_insn rest[] = {
      instruction(kStoreNumber, BPF_REG_10, 0, kResult, 0),
      instruction(kMove, BPF_REG_1, BPF_REG_10, 0, 0),
      instruction(kAdd, BPF_REG_1, 0, 0, kName),
      instruction(kSet, BPF_REG_2, 0, 0, kMostName),
      instruction(kSet, BPF_REG_3, 0, 0, 0),
      instruction(kMove, BPF_REG_4, BPF_REG_10, 0, 0),
      instruction(kAdd, BPF_REG_4, 0, 0, kResult),
      instruction(kCall, 0, 0, 0, kLookUpName),
      instruction(kLoad, BPF_REG_1, BPF_REG_10, kResult, 0),
      instruction(kStore, BPF_REG_6, BPF_REG_1, 0, 0),
      instruction(kSet, BPF_REG_0, 0, 0, 0),
      instruction(kExit, 0, 0, 0, 0),
  };
  code.insert(code.end(), std::begin(rest), std::end(rest));
  return load_program(
      {.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE, .name = "names", .instructions = code});
}

class Names {
public:
  uint64_t address_of(const std::string& name) {
    auto [entry, is_new] = known_.try_emplace(name, 0);
    if (is_new) entry->second = look_up(name);
    return entry->second;
  }

private:
  uint64_t look_up(const std::string& name) {
    if (!was_loaded_) program_ = load_look_up();
    was_loaded_ = true;
    std::array<char, kMostName> context = {};
    if (!program_ || name.size() >= context.size()) return 0;
    std::ranges::copy(name, context.begin());
    bpf_test_run_opts options = {};
    options.sz = sizeof options;
    options.ctx_in = context.data(); // and there the result comes back
    options.ctx_size_in = context.size();
    uint64_t address = 0;
    if (bpf_prog_test_run_opts(program_.get(), &options) != 0) return 0;
    std::memcpy(&address, context.data(), sizeof address);
    return address;
  }

  std::map<std::string, uint64_t> known_;
  Fd program_;
  bool was_loaded_ = false;
};

} // namespace

void write_own_frames(const Manifest& manifest, std::span<std::byte> data) {
  if (manifest.own_frames_offset == 0) return;
  Names names;
  for (size_t i = 0; i < manifest.programs.size(); ++i) {
    const ProgramInfo& program = manifest.programs[i];
    const size_t at = manifest.own_frames_offset + i * sizeof(OwnFrames);
    if (program.type != ProgramType::btf_tracepoint || program.attachments.empty()) continue;
    if (at + sizeof(OwnFrames) > data.size()) return;
    const std::string& tracepoint = program.attachments.front().spec.target;
    const OwnFrames own = {.handler = names.address_of("__bpf_trace_" + tracepoint),
                           .iterator = names.address_of("__traceiter_" + tracepoint)};
    std::memcpy(data.data() + at, &own, sizeof own);
  }
}

} // namespace trc::runtime
