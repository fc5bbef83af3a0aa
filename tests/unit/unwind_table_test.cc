// Tables out of .eh_frame: of functions written here, instruction by instruction, with what an assembler
// makes of their directives; of the system's own files; and of damaged bytes.
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <link.h>

#include "base/fd.h"
#include "symbols/unwind_table.h"

#if defined __x86_64__

namespace trc::symbols {
namespace {

using Kind = UnwindRule::Kind;

// Labels stand where a rule begins to hold. None of this is ever called.
asm(R"(
.text
.balign 64
described:
  .cfi_startproc
  push %rbx
  .cfi_def_cfa_offset 16
described_pushed:
  sub $512, %rsp
  .cfi_def_cfa_offset 528
described_body:
  push %rbp
  .cfi_def_cfa_offset 536
  .cfi_offset rbp, -536
described_saved:
  .cfi_remember_state
  pop %rbp
  .cfi_def_cfa_offset 528
  .cfi_restore rbp
described_restored:
  ret
  .cfi_restore_state
described_again:
  nop
  .cfi_endproc

.balign 64
framed:
  .cfi_startproc
  push %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset rbp, -16
framed_pushed:
  mov %rsp, %rbp
  .cfi_def_cfa_register rbp
framed_body:
  leave
  .cfi_def_cfa rsp, 8
framed_left:
  ret
  .cfi_endproc

.balign 64
aligned:
  .cfi_startproc
  lea 8(%rsp), %r10
  .cfi_def_cfa r10, 0
aligned_other:
  nop
  .cfi_escape 0x10, 6, 2, 0x76, 0        # rbp: at rbp
  .cfi_escape 0x0f, 3, 0x76, 0x78, 6     # CFA: *(rbp - 8)
aligned_body:
  nop
  .cfi_escape 0x0f, 5, 0x77, 0x18, 6, 0x23, 8 # CFA: *(rsp + 24) + 8
aligned_by_rsp:
  nop
  .cfi_escape 0x0f, 4, 0x77, 0x18, 6, 6  # nobody does that
aligned_unknown:
  nop
  .cfi_endproc

.balign 64
outermost_function:
  .cfi_startproc
  .cfi_undefined rip
  nop
  .cfi_endproc

.balign 64
restorer:
  .cfi_startproc simple
  .cfi_signal_frame
  .cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 6 # CFA: *(rsp + 160)
  nop
  .cfi_endproc
restorer_end:
  .skip 64, 0x90

.balign 16
linkage:
  .cfi_startproc
  .cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22
  .skip 32, 0x90
  .cfi_endproc
)");

extern "C" {
extern const char described[], described_pushed[], described_body[], described_saved[], described_restored[],
    described_again[], framed[], framed_pushed[], framed_body[], framed_left[], aligned[], aligned_other[],
    aligned_body[], aligned_by_rsp[], aligned_unknown[], outermost_function[], restorer[], restorer_end[],
    linkage[];
}

std::optional<UnwindTable> table_of(const char* path) {
  Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  return fd ? read_unwind_table(fd.get()) : std::nullopt;
}

/// By how much this program was moved when it was loaded.
uint64_t bias() {
  uint64_t result = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* to) {
        *static_cast<uint64_t*>(to) = info->dlpi_addr;
        return 1; // the first is the program
      },
      &result);
  return result;
}

UnwindRule rule_at(const char* label) {
  static const auto table = table_of("/proc/self/exe");
  return table ? table->find(reinterpret_cast<uint64_t>(label) - bias()) : UnwindRule();
}

UnwindRule from_rsp(uint16_t distance, uint16_t rbp = UnwindRule::kSame) {
  return {.kind = Kind::from_rsp, .distance = distance, .rbp = rbp};
}

TEST(UnwindTable, EachInstructionHasItsRule) {
  EXPECT_EQ(rule_at(described), from_rsp(1));
  EXPECT_EQ(rule_at(described_pushed), from_rsp(2));
  EXPECT_EQ(rule_at(described_body), from_rsp(66));
  EXPECT_EQ(rule_at(described_saved), from_rsp(67, 67));
  EXPECT_EQ(rule_at(described_restored), from_rsp(66));
  EXPECT_EQ(rule_at(described_again), from_rsp(67, 67));
}

TEST(UnwindTable, FramePointer) {
  EXPECT_EQ(rule_at(framed), from_rsp(1));
  EXPECT_EQ(rule_at(framed_pushed), from_rsp(2, 2));
  EXPECT_EQ(rule_at(framed_body), (UnwindRule{.kind = Kind::from_rbp, .distance = 2, .rbp = 2}));
  EXPECT_EQ(rule_at(framed_left), from_rsp(1, 2)); // rbp is restored, but nobody has said so
}

TEST(UnwindTable, Expressions) {
  EXPECT_EQ(rule_at(aligned), from_rsp(1));
  EXPECT_EQ(rule_at(aligned_other).kind, Kind::unsupported);
  EXPECT_EQ(rule_at(aligned_body), (UnwindRule{.kind = Kind::behind_rbp, .distance = 1}));
  EXPECT_EQ(rule_at(aligned_by_rsp),
            (UnwindRule{.kind = Kind::behind_rsp, .distance = 3, .rbp = UnwindRule::kLost}));
  EXPECT_EQ(rule_at(aligned_unknown).kind, Kind::unsupported);
}

TEST(UnwindTable, EndsSignalsAndGaps) {
  EXPECT_EQ(rule_at(outermost_function).kind, Kind::end);
  EXPECT_EQ(rule_at(restorer).kind, Kind::signal);
  EXPECT_EQ(rule_at(restorer_end).kind, Kind::none);
  EXPECT_EQ(rule_at(restorer_end + 40).kind, Kind::none);
}

TEST(UnwindTable, LinkageTables) {
  for (int entry : {0, 16}) {
    EXPECT_EQ(rule_at(linkage + entry), from_rsp(1));
    EXPECT_EQ(rule_at(linkage + entry + 10), from_rsp(1));
    EXPECT_EQ(rule_at(linkage + entry + 11), from_rsp(2));
    EXPECT_EQ(rule_at(linkage + entry + 15), from_rsp(2));
  }
}

TEST(UnwindTable, RowsAreInOrderAndNoneIsThereTwice) {
  const auto table = table_of("/proc/self/exe");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.front().offset, 0u);
  for (size_t i = 1; i < table->rows.size(); ++i) {
    ASSERT_LT(table->rows[i - 1].offset, table->rows[i].offset);
    ASSERT_NE(table->rows[i - 1].rule, table->rows[i].rule);
  }
  EXPECT_LE(table->rows.back().offset, table->size);
}

TEST(UnwindTable, NoProgram) {
  EXPECT_FALSE(table_of("/etc/passwd"));
  EXPECT_FALSE(table_of("/dev/null"));
  EXPECT_FALSE(read_unwind_table(std::span<const std::byte>()));
}

TEST(UnwindTable, WhatIsCutOrDamagedEndsWell) {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  std::string head(64 << 10, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  for (size_t size : {0u, 4u, 64u, 1000u, 5000u, 65536u})
    (void)read_unwind_table(std::as_bytes(std::span(head.data(), std::min(size, head.size()))));
  std::vector<std::byte> bytes(4096);
  uint32_t random = 1;
  for (int round = 0; round < 2000; ++round) {
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>((random = random * 1664525 + 1013904223) >> 24);
    // A length, and a common part or a function.
    const uint32_t begin[] = {static_cast<uint32_t>(round), round % 2u * 4};
    std::memcpy(bytes.data(), begin, sizeof begin);
    if (round % 3 == 0) std::memcpy(bytes.data() + 8, "\1zR\0\1\x78\x10\1\x1b", 9);
    (void)read_frames(bytes, 0x1000, 0);
  }
}

} // namespace
} // namespace trc::symbols

#endif
