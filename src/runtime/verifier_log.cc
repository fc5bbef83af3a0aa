// See verifier_log.h. The formats of the log are those of the kernel's kernel/bpf/verifier.c and
// kernel/bpf/log.c.
#include "runtime/verifier_log.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace trc::runtime {
namespace {

bool contains(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

/// The number at the start of a text.
std::optional<uint32_t> leading_number(std::string_view text) {
  uint32_t number = 0;
  auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

/// "12: (85) call bpf_get_current_pid_tgid#14 …" → 12
std::optional<uint32_t> instruction_of(std::string_view line) {
  auto number = leading_number(line);
  size_t colon = line.find(':');
  if (!number || colon == line.npos || !line.substr(colon + 1).starts_with(" (")) return std::nullopt;
  return number;
}

/// "R1=ctx() R10=fp0": what registers hold; while "R1 invalid mem access" is a complaint.
bool is_register_state(std::string_view line) {
  if (!line.starts_with('R') || line.size() < 3 || !std::isdigit(static_cast<unsigned char>(line[1])))
    return false;
  std::string_view word = line.substr(0, line.find(' '));
  return contains(word, "=");
}

constexpr std::string_view kNarration[] = {";",
                                           "processed ",
                                           "verification time",
                                           "stack depth ",
                                           "max_states",
                                           "from ",
                                           "mark_precise",
                                           "propagating ",
                                           "parent ",
                                           "last_idx ",
                                           "regs=",
                                           "caller:",
                                           "callee:",
                                           "returning ",
                                           "to caller",
                                           "frame",
                                           "func#",
                                           "Func#",
                                           "Validating ",
                                           "safe",
                                           "insn_processed",
                                           "update_",
                                           "Live regs",
                                           "-- ",
                                           "cur state",
                                           "old state"};

/// Lines of the log that tell what the verifier does, not what it minds.
bool is_narration(std::string_view line) {
  if (line.empty() || is_register_state(line)) return true;
  if (std::isdigit(static_cast<unsigned char>(line[0])) && line.find(": ") != line.npos) return true;
  return std::ranges::any_of(kNarration, [&](auto start) { return line.starts_with(start); });
}

/// Complaints about the shape of the program come before it is walked through, and name the instruction
/// themselves.
std::optional<uint32_t> named_instruction(std::string_view words) {
  static constexpr std::array<std::string_view, 4> kBefore = {"unreachable insn ", "back-edge from insn ",
                                                              "out of range from insn ",
                                                              "infinite loop detected at insn "};
  for (std::string_view before : kBefore)
    if (size_t at = words.find(before); at != words.npos)
      return leading_number(words.substr(at + before.size()));
  return std::nullopt;
}

struct HintRow {
  std::string_view pattern; ///< in the verifier's words
  std::string_view hint;
};
constexpr std::array kHints = {
    HintRow{"unknown func bpf_loop#", "`while`, and `for` over a range, need Linux 5.17"},
    HintRow{"invalid func unknown#181", "`while`, and `for` over a range, need Linux 5.17"},
    HintRow{"invalid func unknown#164", "`for` over a map needs Linux 5.13"},
    HintRow{"unrecognized bpf_ld_imm64", "loops need Linux 5.13, those that are not over a map 5.17"},
    HintRow{"frames is too deep", "loops and calls of functions can stand in one another 7 deep: use fewer"},
    HintRow{"too large. Processed",
            "the kernel follows every path through a program and gives up after a million "
            "steps: use fewer or shorter loops, fewer conditions inside loops, or split the "
            "work over several probes"},
    HintRow{"number of maps per program",
            "make one map of several, told apart by a further key, or split the work over several probes"},
    HintRow{"too complex",
            "there are more paths through this than the kernel follows: use fewer conditions, above "
            "all inside loops and `unroll`"},
    HintRow{"too many states",
            "there are more paths through this than the kernel follows: use fewer conditions"},
    HintRow{"back-edge", "this kernel allows no loops (5.3 and later do): use `unroll`"},
    HintRow{"infinite loop", "the kernel cannot see that this loop ends: give it a constant bound"},
    HintRow{"combined stack size",
            "this needs more than the 512 bytes of stack that a program has: use fewer "
            "variables or smaller tuples"},
    HintRow{"stack depth", "this needs more than the 512 bytes of stack that a program has"},
    HintRow{"invalid write to stack", "this needs more than the 512 bytes of stack that a program has"},
    HintRow{"invalid stack", "this needs more than the 512 bytes of stack that a program has"},
    HintRow{"unknown func",
            "this kernel does not offer that function to this kind of probe: it needs a newer kernel "
            "or another kind of probe"},
    HintRow{"cannot use helper",
            "this kernel does not offer that function to this kind of probe: it needs a newer "
            "kernel or another kind of probe"},
    HintRow{"invalid func ", "this kernel does not know that function: it needs a newer one"},
    HintRow{"invalid access to map value",
            "the kernel cannot prove that this stays inside the value: bound the index "
            "or length with an `if` before it is used"},
    HintRow{"invalid bpf_context access", "the probe's arguments do not reach so far on this kernel"},
    HintRow{"invalid access to packet", "test the length of the packet before this is read"},
    HintRow{"pointer and register with unbounded",
            "an offset is not known to be small: bound it with an `if` before it is "
            "used"},
    HintRow{"unbounded memory access",
            "a length is not known to be small: bound it with an `if` before it is used"},
    HintRow{"min value is negative",
            "a length or index could be negative: test it with an `if`, or cast it to an "
            "unsigned type"},
    HintRow{"invalid mem access",
            "memory is read here through a number that is no pointer for the kernel: cast it to "
            "a pointer type, so that it is read safely"},
    HintRow{"pointer arithmetic",
            "the kernel does not allow this arithmetic on its pointers: cast the pointer to an "
            "integer first"},
    HintRow{"prohibited",
            "the kernel does not allow this arithmetic on its pointers: cast the pointer to an integer "
            "first"},
};
constexpr std::string_view kOurFault =
    "trc should have found this, or compiled it in a way that the kernel accepts: "
    "please report it with the script";
constexpr std::string_view kPrivileges =
    "loading tracing programs needs root, or CAP_BPF and CAP_PERFMON; a lockdown "
    "or security module can refuse it to root as well";

std::string_view hint_for(std::string_view words, int number) {
  for (const HintRow& row : kHints)
    if (contains(words, row.pattern)) return row.hint;
  if (number == EPERM && words.empty()) return kPrivileges;
  if (number == E2BIG) return kHints.front().hint;
  return kOurFault;
}

/// The last line that begins at the instruction or before it; line 0 is code that is of no line of the
/// script.
const bpf_line_info* line_of(std::span<const bpf_line_info> lines, std::optional<uint32_t> instruction) {
  if (!instruction) return nullptr;
  const bpf_line_info* found = nullptr;
  for (const bpf_line_info& line : lines)
    if (line.insn_off <= *instruction && BPF_LINE_INFO_LINE_NUM(line.line_col) != 0 &&
        (found == nullptr || line.insn_off >= found->insn_off))
      found = &line;
  return found;
}

/// The source line with tabs as four blanks, and a caret below the column: as diagnostics show it.
std::string excerpt(std::string_view line, uint32_t column) {
  std::string shown, below;
  for (size_t i = 0; i < line.size(); ++i) {
    shown += line[i] == '\t' ? "    " : std::string(1, line[i]);
    bool continues = (static_cast<unsigned char>(line[i]) & 0xc0) == 0x80; // inside a UTF-8 sequence
    if (i + 1 < column) below.append(line[i] == '\t' ? 4 : !continues, ' ');
  }
  return shown + "\n" + below + "^";
}

} // namespace

Complaint last_complaint(std::string_view log) {
  constexpr size_t kLongest = 300;
  Complaint complaint;
  for (std::string_view line : split(log, '\n')) {
    line = trim(line);
    if (auto number = instruction_of(line)) {
      // What was said so far was about other instructions.
      complaint = {.words = {}, .instruction = number};
    } else if (!is_narration(line) && complaint.words.size() < kLongest) {
      if (!complaint.words.empty()) complaint.words += "; ";
      complaint.words += line;
    }
  }
  if (auto number = named_instruction(complaint.words)) complaint.instruction = number;
  return complaint;
}

bool refuses_target(const ProgramInfo& program, std::string_view log) {
  const bool is_trampoline = program.type == ProgramType::fentry || program.type == ProgramType::fexit;
  return is_trampoline && contains(log, "processed 0 insns ");
}

Error explain_refusal(const Manifest& manifest, const ProgramInfo& program,
                      std::span<const bpf_line_info> lines, int number, std::string_view log) {
  Complaint complaint = last_complaint(log);
  std::string hint(hint_for(complaint.words, number));
  if (refuses_target(program, log)) {
    const std::string& name =
        program.attachments.empty() ? program.probe : program.attachments.front().probes.front();
    const std::string why = complaint.words.empty() ? "" : " (" + complaint.words + ")";
    return {ErrorKind::refused, "can't attach " + name + ": the kernel allows no program there" + why,
            "a `kprobe` may still work"};
  }
  ErrorKind kind = number == EPERM && log.empty() ? ErrorKind::no_permission : ErrorKind::refused;
  std::string words = complaint.words;
  if (words.empty()) words = number == E2BIG ? "it has too many instructions" : std::strerror(number);
  const bpf_line_info* at = line_of(lines, complaint.instruction);
  if (at == nullptr)
    return {kind, "the kernel refused the program of `" + program.probe + "`: " + words, std::move(hint)};

  const uint32_t line = BPF_LINE_INFO_LINE_NUM(at->line_col), column = BPF_LINE_INFO_LINE_COL(at->line_col);
  const ScriptPlace place = place_of(manifest, line, column);
  std::string cause = place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) +
                      ": the kernel refused this: " + words;
  if (line <= manifest.source_lines.size()) cause += "\n" + excerpt(manifest.source_lines[line - 1], column);
  return {kind, std::move(cause), std::move(hint)};
}

} // namespace trc::runtime
