// The verifier's words about a program turned into words about the script. The logs are real ones, of
// Linux 6.18 unless said otherwise, shortened.
#include "runtime/verifier_log.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace trc::runtime {
namespace {

constexpr std::string_view kOutOfBounds = R"(0: R1=ctx() R10=fp0
; @ test:1:3
0: (85) call bpf_ktime_get_ns#5       ; R0_w=scalar()
; $x = data[nsecs] @ test:2:7
1: (18) r1 = 0xffffc90000123000       ; R1_w=map_value(map=trc.data,ks=4,vs=4096)
3: (0f) r1 += r0
mark_precise: frame0: last_idx 3 first_idx 0 subseq_idx -1
mark_precise: frame0: regs=r0 stack= before 1: (18) r1 = 0xffffc90000123000
math between map_value pointer and register with unbounded min value is not allowed
verification time 57 usec
stack depth 0
processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
)";

constexpr std::string_view kLoop = R"(0: R1=ctx() R10=fp0
0: (b7) r0 = 0                        ; R0=0
1: (55) if r0 != 0x1 goto pc-1        ; R0=0
1: (55) if r0 != 0x1 goto pc-1        ; R0=0
infinite loop detected at insn 1
cur state: R0=0 R1=ctx() R10=fp0
old state: R0=P0 R1=ctx() R10=fp0
processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
)";

constexpr std::string_view kTwoLines = R"(9: (71) r1 = *(u8 *)(r1 +0)
invalid access to map value, value_size=8 off=16 size=8
R1 max value is outside of the allowed memory range
processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
)";

Manifest manifest() {
  Manifest manifest;
  manifest.source_name = "stdin";
  manifest.source_lines = {"begin {", "\t$x = data[nsecs];", "}"};
  return manifest;
}

struct Line {
  uint32_t instruction, line, column;
};

/// As in the line table of an object (linux/btf.h).
std::vector<bpf_line_info> line_table(std::initializer_list<Line> lines) {
  std::vector<bpf_line_info> table;
  for (const Line& line : lines)
    table.push_back({.insn_off = line.instruction, .line_col = line.line << 10 | line.column});
  return table;
}

Error refusal(const Manifest& manifest, std::initializer_list<Line> lines, int number, std::string_view log) {
  ProgramInfo program;
  program.probe = "begin";
  return explain_refusal(manifest, program, line_table(lines), number, log);
}

Error refusal(const Manifest& manifest, int number, std::string_view log) {
  return refusal(manifest, {{0, 1, 1}, {1, 2, 7}, {4, 3, 1}, {5, 0, 0}}, number, log);
}

TEST(VerifierLog, LastWordsAndTheirInstruction) {
  Complaint complaint = last_complaint(kOutOfBounds);
  EXPECT_EQ(complaint.words,
            "math between map_value pointer and register with unbounded min value is not allowed");
  EXPECT_EQ(complaint.instruction, 3U);
}

TEST(VerifierLog, WordsThatNameTheInstruction) {
  EXPECT_EQ(last_complaint(kLoop).words, "infinite loop detected at insn 1");
  EXPECT_EQ(last_complaint(kLoop).instruction, 1U);
  EXPECT_EQ(last_complaint("unreachable insn 7\nprocessed 0 insns (limit 1000000)\n").instruction, 7U);
  EXPECT_EQ(last_complaint("back-edge from insn 12 to 4\nprocessed 0 insns (limit 1000000)\n").instruction,
            12U);
}

TEST(VerifierLog, SeveralLinesBecomeOne) {
  EXPECT_EQ(last_complaint(kTwoLines).words,
            "invalid access to map value, value_size=8 off=16 size=8; R1 max value is "
            "outside of the allowed memory range");
  EXPECT_EQ(last_complaint(kTwoLines).instruction, 9U);
}

TEST(VerifierLog, LogsWithoutWords) {
  EXPECT_EQ(last_complaint("").words, "");
  EXPECT_FALSE(last_complaint("").instruction);
  EXPECT_EQ(last_complaint("processed 2 insns (limit 1000000)\n").words, "");
  // A log that was cut in the middle, as before Linux 6.4.
  EXPECT_EQ(last_complaint("0: (b7) r0 = 0\n1: (55) if r0 != 0x").instruction, 1U);
}

TEST(VerifierLog, PointsIntoTheScript) {
  Error error = refusal(manifest(), EACCES, kOutOfBounds);
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_EQ(error.cause,
            "stdin:2:7: the kernel refused this: math between map_value pointer and register with "
            "unbounded min value is not allowed\n"
            "    $x = data[nsecs];\n"
            "         ^");
  EXPECT_NE(error.hint.find("bound it"), std::string::npos);
}

TEST(VerifierLog, NoLineKnown) {
  EXPECT_EQ(refusal(manifest(), {}, EINVAL, kLoop).cause,
            "the kernel refused the program of `begin`: infinite loop detected at insn 1");
  Manifest without_source;
  without_source.source_name = "a.trc";
  EXPECT_EQ(refusal(without_source, EINVAL, kLoop).cause,
            "a.trc:2:7: the kernel refused this: infinite loop detected at insn 1");
}

TEST(VerifierLog, LineInformationMayBeOutOfOrder) {
  Error error = refusal(manifest(), {{4, 3, 1}, {1, 2, 7}, {0, 1, 1}}, EACCES, kOutOfBounds);
  EXPECT_TRUE(error.cause.starts_with("stdin:2:7: "));
}

TEST(VerifierLog, RefusedWithoutLog) {
  Error error = refusal(manifest(), EPERM, "");
  EXPECT_EQ(error.kind, ErrorKind::no_permission);
  EXPECT_EQ(error.cause, "the kernel refused the program of `begin`: Operation not permitted");
  EXPECT_NE(error.hint.find("CAP_BPF"), std::string::npos);
  error = refusal(manifest(), E2BIG, "");
  EXPECT_EQ(error.cause, "the kernel refused the program of `begin`: it has too many instructions");
}

struct HintCase {
  const char* log;
  const char* in_hint;
};

class Hints : public testing::TestWithParam<HintCase> {};

TEST_P(Hints, SayWhatToChange) {
  Error error = refusal(manifest(), EINVAL, GetParam().log);
  EXPECT_NE(error.hint.find(GetParam().in_hint), std::string::npos) << error.hint;
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, Hints,
    testing::Values(
        HintCase{"12: (85) call unknown#181\ninvalid func unknown#181\n", "Linux 5.17"},
        HintCase{"12: (85) call unknown#164\ninvalid func unknown#164\n", "Linux 5.13"},
        HintCase{"the call stack of 9 frames is too deep !\n", "7 deep"},
        HintCase{"4: (55) if r6 != 0x989680 goto pc-4\nBPF program is too large. Processed 1000001 insn\n",
                 "fewer or shorter loops"},
        HintCase{"2: (15) if r0 == 0x5 goto pc+1\nThe sequence of 8193 jumps is too complex.\n",
                 "fewer conditions"},
        HintCase{"back-edge from insn 3 to 1\n", "unroll"},
        HintCase{"0: (7a) *(u64 *)(r10 -520) = 0\ninvalid write to stack R10 off=-520 size=8\n", "512 bytes"},
        HintCase{"combined stack size of 2 calls is 608. Too large\n", "512 bytes"},
        HintCase{"0: (85) call bpf_skb_load_bytes#26\nprogram of this type cannot use helper "
                 "bpf_skb_load_bytes#26\n",
                 "another kind of probe"},
        HintCase{"0: (85) call pc+0\nunknown func bpf_get_func_ip#173\n", "newer kernel"},
        HintCase{"0: (85) call unknown#9999\ninvalid func unknown#9999\n", "newer one"},
        HintCase{"2: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n", "cast it to a pointer"},
        HintCase{"2: (79) r0 = *(u64 *)(r1 +800)\ninvalid bpf_context access off=800 size=8\n", "arguments"},
        HintCase{"2: (85) call bpf_probe_read#4\nR2 min value is negative, either use unsigned or 'var &= "
                 "const'\n",
                 "negative"},
        HintCase{"2: (85) call bpf_probe_read#4\nR2 unbounded memory access, use 'var &= const' or 'if (var "
                 "< const)'\n",
                 "bound it"},
        HintCase{"0: (95) exit\nsomething that nobody has ever seen\n", "report it"}));

} // namespace
} // namespace trc::runtime
