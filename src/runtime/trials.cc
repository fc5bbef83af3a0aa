#include "runtime/trials.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>

#include "runtime/bpf_call.h"
#include "runtime/clocks.h"

namespace trc::runtime {
namespace {

// A benchmark runs at least so often, and until it has taken the kernel as long, or us.
constexpr uint64_t kLeastRuns = 1000;
constexpr uint64_t kInKernel = 100'000'000, kInAll = 500'000'000; // nanoseconds

/// What the kernel's statistics say of a program.
Result<bpf_prog_info> statistics(int program_fd) {
  bpf_prog_info info = {};
  uint32_t size = sizeof info;
  if (::bpf_obj_get_info_by_fd(program_fd, &info, &size) == 0) return info;
  return errno_failure(errno, "can't read the kernel's statistics of a program");
}

/// A program that does nothing, to know what running one costs.
Result<Fd> empty_program() {
  constexpr bpf_insn kCode[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  Fd program = load_program({.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
                             .name = "empty",
                             .instructions = kCode,
                             .functions = {},
                             .lines = {}});
  if (program) return program;
  return errno_failure(errno, "can't load a program");
}

Result<void> run_program(int program_fd) {
  bpf_test_run_opts options = {};
  options.sz = sizeof options;
  if (::bpf_prog_test_run_opts(program_fd, &options) == 0) return {};
  return errno_failure(errno, "can't run a program");
}

} // namespace

Result<Trials::Outcome> Trials::run_once(size_t program) {
  control().exit_code = 0;
  control().state = kRunning;
  printer_.start();
  const uint64_t start = nanoseconds_of(CLOCK_MONOTONIC);
  auto done = run_(program);
  Outcome outcome = {.nanoseconds = nanoseconds_of(CLOCK_MONOTONIC) - start, .output = {}};
  if (done) done = stream_.handle_all();
  outcome.passed = control().exit_code == 0 && printer_.errors() == 0;
  auto output = printer_.stop();
  if (!done) return std::unexpected(done.error());
  if (!output) return std::unexpected(output.error());
  outcome.output = std::move(*output);
  return outcome;
}

Result<bool> Trials::test() {
  output::TestsEnd end;
  printer_.trial(output::TestsBegin{programs_.size()});
  for (size_t program : programs_) {
    if (signals_.seen()) break;
    printer_.trial(output::TestBegins{name(program)});
    auto outcome = run_once(program);
    if (!outcome) return std::unexpected(outcome.error());
    printer_.trial(output::TestEnds{name(program), outcome->nanoseconds, outcome->passed, outcome->output});
    if (outcome->passed)
      ++end.passed;
    else
      end.failed.push_back(name(program));
    if (auto done = printer_.pause(); !done) return std::unexpected(done.error());
  }
  printer_.trial(end);
  control().exit_code = 0;
  return end.failed.empty();
}

Result<Trials::Cost> Trials::measure(int program_fd, const std::function<Result<void>()>& run) {
  const uint64_t start = nanoseconds_of(CLOCK_MONOTONIC);
  auto before = statistics(program_fd);
  if (!before) return std::unexpected(before.error());
  Cost cost;
  while (cost.runs < kLeastRuns ||
         (cost.nanoseconds < kInKernel && nanoseconds_of(CLOCK_MONOTONIC) - start < kInAll)) {
    for (size_t i = 0; i < kLeastRuns; ++i)
      if (auto done = run(); !done) return std::unexpected(done.error());
    auto now = statistics(program_fd);
    if (!now) return std::unexpected(now.error());
    cost = {now->run_time_ns - before->run_time_ns, now->run_cnt - before->run_cnt};
    if (auto output = printer_.stop(); !output) return std::unexpected(output.error()); // nobody wants it
    printer_.start();
    if (signals_.seen()) break;
  }
  return cost;
}

Result<bool> Trials::benchmark() {
  const Fd counting(::bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!counting)
    return errno_failure(errno, "can't have the kernel measure programs",
                         "--bench needs Linux 5.8 or later, and CAP_SYS_ADMIN");
  auto empty = empty_program();
  if (!empty) return std::unexpected(empty.error());
  size_t longest = 0;
  for (size_t program : programs_)
    longest = std::max(longest, name(program).size());
  printer_.trial(output::BenchmarksBegin{longest});
  bool works = true;
  for (size_t program : programs_) {
    if (signals_.seen()) break;
    auto first = run_once(program);
    if (!first) return std::unexpected(first.error());
    if (!first->passed) {
      works = false;
      printer_.warning("the benchmark `" + name(program) + "` fails, and is not measured" +
                       (first->output.empty() ? "" : ":\n" + first->output));
      continue;
    }
    printer_.start(); // and drops what it prints
    auto nothing = measure(empty->get(), [&] { return run_program(empty->get()); });
    auto cost = measure(object_.programs[program].get(), [&]() -> Result<void> {
      if (auto done = run_(program); !done) return done;
      return stream_.handle_all();
    });
    if (auto output = printer_.stop(); !output) return std::unexpected(output.error());
    if (!nothing) return std::unexpected(nothing.error());
    if (!cost) return std::unexpected(cost.error());
    const uint64_t overhead = nothing->nanoseconds * cost->runs / std::max<uint64_t>(nothing->runs, 1);
    const uint64_t own = cost->nanoseconds - std::min(cost->nanoseconds, overhead);
    printer_.trial(
        output::BenchmarkEnds{longest, name(program), (own + cost->runs / 2) / cost->runs, cost->runs});
    if (auto done = printer_.pause(); !done) return std::unexpected(done.error());
  }
  control().exit_code = 0;
  return works;
}

} // namespace trc::runtime
