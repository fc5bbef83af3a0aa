#include "probes/registers.h"

namespace trc::probes {
namespace {

constexpr uint32_t kWord = 8;
// Offsets in struct pt_regs of x86-64: di si dx cx r8 r9, and ax.
constexpr uint32_t kArguments[] = {112, 104, 96, 88, 72, 64};
constexpr uint32_t kResult = 80;

ContextAccess word_at(uint32_t offset) {
  return {.kind = AccessKind::value, .offset = offset, .size = kWord, .through = {}};
}

} // namespace

std::vector<ContextAccess> argument_registers() {
  std::vector<ContextAccess> accesses;
  for (uint32_t offset : kArguments)
    accesses.push_back(word_at(offset));
  return accesses;
}

Argument result_register() {
  return {.name = "retval", .type = integer_type(8, false), .access = word_at(kResult)};
}

// In the order of struct pt_regs.
static constexpr std::string_view kNames[] = {"r15", "r14",     "r13", "r12", "bp",    "bx", "r11",
                                              "r10", "r9",      "r8",  "ax",  "cx",    "dx", "si",
                                              "di",  "orig_ax", "ip",  "cs",  "flags", "sp", "ss"};

std::optional<ContextAccess> register_named(std::string_view name) {
  if (name == "pc") name = "ip";
  if (name == "orig_rax") name = "orig_ax";
  for (uint32_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == name) return word_at(i * kWord);
  return {};
}

std::vector<std::string> register_names() { return {std::begin(kNames), std::end(kNames)}; }

} // namespace trc::probes
