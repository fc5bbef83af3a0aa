// From attach points to matches, for the fixture kernel.
#include <gtest/gtest.h>

#include "base/text.h"
#include "ctypes/btf_types.h"
#include "kernel/files.h"
#include "probes/attach.h"
#include "probes/provider.h"
#include "probes/tracepoint/syscalls.h"

namespace trc::probes {
namespace {

const std::string kRoot = TRC_TEST_DIR "/fixtures/kernel";
using Texts = std::vector<std::string>;

class Probes : public testing::Test {
protected:
  Kernel kernel_ = std::move(*Kernel::open(kRoot));
  Diagnostics diagnostics_;

  std::vector<Match> resolve(const std::string& text) {
    std::vector<Match> matches;
    diagnostics_ = {};
    Span span = {100, 100 + static_cast<uint32_t>(text.size())};
    probes::resolve(split_attach_point(text, span), {kernel_, diagnostics_, kernel_types(kernel_)}, matches);
    EXPECT_NE(matches.empty(), diagnostics_.list().empty()) << text;
    return matches;
  }

  Texts names(const std::string& text) {
    Texts found;
    for (const Match& match : resolve(text))
      found.push_back(match.name);
    return found;
  }

  /// "id begin+length: argument, argument" of the one diagnostic that an attach point gives.
  std::string mistake(const std::string& text) {
    EXPECT_TRUE(resolve(text).empty()) << text;
    if (diagnostics_.list().size() != 1) return std::to_string(diagnostics_.list().size()) + " diagnostics";
    const Diagnostic& d = diagnostics_.list().front();
    std::string shown = std::string(diagnostic_row(d.id).name) + " " + std::to_string(d.span.begin - 100) +
                        "+" + std::to_string(d.span.end - d.span.begin) + ":";
    for (const std::string& argument : d.arguments)
      shown += " [" + argument + "]";
    return shown;
  }

  /// "name type kind offset size through" of each argument that can be read.
  Texts arguments(const std::string& text) {
    auto matches = resolve(text);
    if (matches.size() != 1 || !matches[0].arguments) return {"not one match with arguments"};
    Texts shown;
    const auto found = matches[0].arguments().value();
    for (const Argument& a : found) {
      EXPECT_EQ(a.type.is_none(), !a.unreadable.empty()) << a.name;
      if (a.type.is_none()) continue;
      const char* kinds[] = {"value", "inline", "data_loc", "bytes", "buffer", "address"};
      shown.push_back(a.name + " " + spelling(a.type) + " " + kinds[static_cast<int>(a.access.kind)] + " " +
                      std::to_string(a.access.offset) + " " + std::to_string(a.access.size) +
                      (a.access.through ? " through " + std::to_string(*a.access.through) : "") +
                      (a.access.is_relative ? " relative" : "") + (a.access.is_trusted ? " trusted" : ""));
    }
    return shown;
  }

  /// "name: why" of each argument that can't be read.
  Texts unreadable(const std::string& text) {
    Texts shown;
    const auto found = resolve(text).at(0).arguments().value();
    for (const Argument& a : found)
      if (a.type.is_none()) shown.push_back(a.name + ": " + a.unreadable);
    return shown;
  }
};

TEST(AttachPoint, IsCutAtColonsOutsideOfQuotes) {
  auto point = split_attach_point(R"(uprobe:"/a:b":f"x y"z)", {10, 31});
  EXPECT_EQ(point.provider.text, "uprobe");
  EXPECT_EQ(point.provider.span, (Span{10, 16}));
  ASSERT_EQ(point.parts.size(), 2u);
  EXPECT_EQ(point.parts[0].text, "/a:b");
  EXPECT_EQ(point.parts[0].span, (Span{17, 23}));
  EXPECT_EQ(point.parts[1].text, "fx yz");
  EXPECT_EQ(point.parts[1].span, (Span{24, 31}));
  EXPECT_EQ(split_attach_point("begin", {0, 5}).parts.size(), 0u);
  EXPECT_EQ(split_attach_point("a::", {0, 3}).parts.size(), 2u);
  // A parameter may have made the text longer than what stands in the source.
  EXPECT_EQ(split_attach_point("interval:s:100000", {0, 13}).parts[1].span, (Span{11, 13}));
  EXPECT_EQ(split_attach_point("interval:s:100000", {0, 5}).parts[1].span, (Span{5, 5}));
}

TEST(Providers, AreFoundByNameAndAlias) {
  EXPECT_EQ(find_provider("BEGIN")->name, "begin");
  EXPECT_EQ(find_provider("t")->name, "tracepoint");
  EXPECT_EQ(find_provider("TracePoint")->name, "tracepoint");
  EXPECT_EQ(find_provider("T"), nullptr);
  EXPECT_EQ(find_provider(""), nullptr);
  for (const Provider& provider : providers())
    EXPECT_NE(find_attach(provider.name), nullptr);
  EXPECT_EQ(find_attach("nosuch"), nullptr);
}

TEST_F(Probes, UnknownProvider) {
  EXPECT_EQ(mistake("intervall:s:1"), "unknown_provider 0+9: [intervall] [did you mean `interval`?]");
  EXPECT_TRUE(mistake("x:y").starts_with("unknown_provider 0+1: [x] [known are `begin` `end`"))
      << mistake("x:y");
}

TEST_F(Probes, BeginAndEnd) {
  auto match = resolve("BEGIN").at(0);
  EXPECT_EQ(match.name, "begin");
  EXPECT_EQ(match.type, ProgramType::raw_tracepoint);
  EXPECT_EQ(match.run_by, RunBy::session_edge);
  EXPECT_TRUE(match.filters_pid_itself);
  EXPECT_EQ(match.attach, (AttachSpec{"begin", "", 0}));
  EXPECT_EQ(resolve("end").at(0).attach.provider, "end");
  EXPECT_TRUE(mistake("begin:x").starts_with("bad_attach_point 0+7: [begin:x] [begin]"));
}

TEST_F(Probes, Periods) {
  struct Case {
    const char *text, *name, *target;
    uint64_t value;
  };
  const Case cases[] = {
      {"interval:s:1", "interval:s:1", "ns", 1'000'000'000},
      {"i:ms:100", "interval:ms:100", "ns", 100'000'000},
      {"interval:us:1", "interval:us:1", "ns", 1'000},
      {"interval:hz:50", "interval:hz:50", "hz", 50},
      {"interval:5s", "interval:us:5000000", "ns", 5'000'000'000},
      {"interval:100ms", "interval:us:100000", "ns", 100'000'000},
      {"profile:hz:99", "profile:hz:99", "hz", 99},
      {"p:10ms", "profile:us:10000", "ns", 10'000'000},
      {"interval:s:0x10", "interval:s:0x10", "ns", 16'000'000'000},
  };
  for (const Case& c : cases) {
    auto match = resolve(c.text).at(0);
    EXPECT_EQ(match.name, c.name);
    EXPECT_EQ(match.attach,
              (AttachSpec{std::string(find_provider(match.attach.provider)->name), c.target, c.value}));
    EXPECT_TRUE(match.filters_pid_itself);
  }
  EXPECT_EQ(resolve("i:1s").at(0).run_by, RunBy::session);
  EXPECT_EQ(resolve("p:1s").at(0).run_by, RunBy::kernel);
  EXPECT_EQ(resolve("p:1s").at(0).type, ProgramType::perf_event);
}

TEST_F(Probes, BadPeriods) {
  struct Case {
    const char *text, *mark, *cause;
  };
  const Case cases[] = {
      {"interval:fortnight:1", "9+9", "[there is no such unit] [units are `hz`, `s`, `ms` and `us`]"},
      {"interval:99:hz", "9+2", "[the unit comes first] [for example `interval:hz:99`]"},
      {"interval:s:0", "11+1", "[it must be at least 1] []"},
      {"interval:s:x", "11+1", "[it is not an integer: no digits] []"},
      {"interval:s:", "0+11", "[a number is missing] [for example `interval:s:1`]"},
      {"interval:s", "9+1", "[a number is missing] [for example `interval:s:1`]"},
      {"interval:s:5ms", "11+3",
       "[it has a unit twice] [for example `interval:5ms`, or a number behind `s:`]"},
      {"interval:5", "9+1", "[it has no unit] [for example `interval:5s` or `interval:hz:5`]"},
      {"profile:99hz", "8+4", "[a frequency is written with its unit first] [for example `profile:hz:99`]"},
      {"interval:500ns", "9+5", "[the shortest period is 1 microsecond] []"},
      {"interval:0s", "9+2", "[the shortest period is 1 microsecond] []"},
      {"interval:hz:1000001", "12+7", "[the highest frequency is 1000000] []"},
      {"interval:s:9223372037", "11+10", "[it is too long] []"},
      {"interval:18446744073709551615ns", "9+22", "[it is too long] []"},
  };
  for (const Case& c : cases) {
    std::string said = mistake(c.text);
    EXPECT_TRUE(said.starts_with("bad_duration " + std::string(c.mark) + ":")) << said;
    EXPECT_TRUE(said.ends_with(c.cause)) << said;
  }
  for (const char* text : {"interval", "interval:", "interval:s:1:2"})
    EXPECT_TRUE(mistake(text).starts_with("bad_attach_point 0+")) << text;
}

TEST_F(Probes, SystemCallsRideOnTheRawTracepoint) {
  auto match = resolve("tracepoint:syscalls:sys_enter_openat").at(0);
  EXPECT_EQ(match.name, "tracepoint:syscalls:sys_enter_openat");
  EXPECT_EQ(match.type, ProgramType::btf_tracepoint);
  EXPECT_EQ(match.attach_btf_id, kernel_.raw_tracepoint_btf_id("sys_enter"));
  EXPECT_EQ(match.attach, (AttachSpec{"rawtracepoint", "sys_enter", 0}));
  EXPECT_EQ(match.pointers, AddressSpace::user);
  EXPECT_FALSE(match.has_cookie);
  EXPECT_EQ(match.return_value, 0u);
  ASSERT_TRUE(match.selector);
  EXPECT_EQ(match.selector->access, (ContextAccess{AccessKind::value, 8, 8, {}}));
  EXPECT_EQ(match.selector->value, 257u);
  ASSERT_TRUE(match.selector->task);
  EXPECT_EQ(match.selector->task->status, 16u);
  EXPECT_EQ(arguments("tracepoint:syscalls:sys_enter_openat"),
            (Texts{"__syscall_nr int32 value 8 8", "dfd int32 value 0 8 through 112",
                   "filename int8 * value 0 8 through 104", "flags int32 value 0 8 through 96",
                   "mode uint16 value 0 8 through 56"}));

  match = resolve("t:syscalls:sys_exit_read").at(0);
  EXPECT_EQ(match.attach, (AttachSpec{"rawtracepoint", "sys_exit", 0}));
  EXPECT_EQ(match.selector->access, (ContextAccess{AccessKind::value, 0, 8, 120}));
  EXPECT_EQ(match.selector->value, 0u);
  EXPECT_EQ(arguments("t:syscalls:sys_exit_read"),
            (Texts{"__syscall_nr int32 value 0 8 through 120", "ret int64 value 8 8"}));
  EXPECT_EQ(arguments("t:syscalls:sys_enter_write"),
            (Texts{"__syscall_nr int32 value 8 8", "fd uint32 value 0 8 through 112",
                   "buf int8 * value 0 8 through 104", "count uint64 value 0 8 through 96"}));
}

TEST_F(Probes, UnknownSystemCallsUseTheirTracepoint) {
  auto match = resolve("tracepoint:syscalls:sys_enter_fromfuture").at(0);
  EXPECT_EQ(match.type, ProgramType::tracepoint);
  EXPECT_EQ(match.attach, (AttachSpec{"tracepoint", "syscalls:sys_enter_fromfuture", 0}));
  EXPECT_EQ(match.pointers, AddressSpace::user);
  EXPECT_FALSE(match.selector);
  EXPECT_EQ(arguments("tracepoint:syscalls:sys_enter_fromfuture"),
            (Texts{"__syscall_nr int32 value 8 4", "fd int32 value 16 8", "path int8 * value 24 8",
                   "__path_val string[1024] data_loc 32 4"}));
  // On the raw tracepoint such a text is not there.
  EXPECT_EQ(unreadable("tracepoint:syscalls:sys_enter_kill").size(), 4u);
}

TEST_F(Probes, Tracepoints) {
  auto match = resolve("tracepoint:sched:sched_switch").at(0);
  EXPECT_EQ(match.type, ProgramType::tracepoint);
  EXPECT_EQ(match.attach, (AttachSpec{"tracepoint", "sched:sched_switch", 0}));
  EXPECT_EQ(match.pointers, AddressSpace::kernel);
  EXPECT_TRUE(match.has_cookie);
  EXPECT_FALSE(match.filters_pid_itself);
  EXPECT_EQ(match.return_value, 1u);
  EXPECT_EQ(
      arguments("tracepoint:sched:sched_process_exec"),
      (Texts{"filename string[1024] data_loc 8 4", "pid int32 value 12 4", "old_pid int32 value 16 4"}));
  EXPECT_EQ(arguments("tracepoint:fixture:shapes"),
            (Texts{"text string[1024] data_loc 8 4", "comm string[16] inline 12 16", "state uint8 value 28 1",
                   "kind uint8 value 29 1", "yes bool value 30 1", "where void * value 32 8",
                   "label int8 * value 40 8", "dev uint32 value 48 4", "delta int64 value 56 8",
                   "args uint64[6] bytes 64 48", "addresses uint64 * address 112 4",
                   "later string[1024] data_loc 116 4 relative", "cpus buffer[1024] buffer 120 4"}));
  const std::string header = ": the kernel hides the first 8 bytes of a record from programs";
  EXPECT_EQ(unreadable("tracepoint:fixture:shapes"),
            (Texts{"common_type" + header, "common_flags" + header, "common_preempt_count" + header,
                   "common_pid" + header, "buf: the kernel does not tell its length"}));
  EXPECT_EQ(arguments("tracepoint:fixture:more"),
            (Texts{"address uint8[4] bytes 8 4", "sort enum sort value 12 4", "colour enum colour value 16 8",
                   "file struct file * value 24 8", "texts int8 * * value 32 8", "numbers int32 * value 40 8",
                   "path struct path bytes 48 16", "opaque uint8[12] bytes 64 12",
                   "hex buffer[1024] buffer 76 4 relative", "lengths uint32 * address 80 4 relative",
                   "modes uint16[2] bytes 84 4", "sorts enum sort[2] bytes 88 8"}));
}

TEST_F(Probes, TracepointWildcards) {
  EXPECT_EQ(names("tracepoint:sched:sched_process_*"),
            (Texts{"tracepoint:sched:sched_process_exec", "tracepoint:sched:sched_process_exit"}));
  EXPECT_EQ(names("tracepoint:*:*openat"),
            (Texts{"tracepoint:syscalls:sys_enter_openat", "tracepoint:syscalls:sys_exit_openat"}));
  EXPECT_EQ(names("t:*openat"), names("tracepoint:*:*openat"));
  EXPECT_EQ(names("t:irq*:*").size(), 2u);
  EXPECT_EQ(mistake("t:sched:zz*"),
            "no_match 0+11: [t:sched:zz*] [the folders of `/sys/kernel/tracing/events` are the categories, "
            "those in them the events]");
}

TEST_F(Probes, UnknownTracepoints) {
  EXPECT_EQ(mistake("tracepoint:syscall:sys_enter_openat"),
            "unknown_tracepoint_category 11+7: [syscall] [did you mean `syscalls`?]");
  EXPECT_EQ(mistake("tracepoint:syscall:sys*"),
            "unknown_tracepoint_category 11+7: [syscall] [did you mean `syscalls`?]");
  EXPECT_EQ(mistake("tracepoint:elsewhere:sched_switch"),
            "unknown_tracepoint_category 11+9: [elsewhere] [did you mean `sched:sched_switch`?]");
  EXPECT_EQ(mistake("tracepoint:syscalls:sys_enter_opena"),
            "unknown_tracepoint 20+15: [syscalls:sys_enter_opena] [did you mean `sys_enter_openat`?]");
  EXPECT_EQ(mistake("tracepoint:irq:sched_switch"),
            "unknown_tracepoint 15+12: [irq:sched_switch] [did you mean `sched:sched_switch`?]");
  EXPECT_EQ(mistake("tracepoint:sched_switch"),
            "bad_attach_point 0+23: [tracepoint:sched_switch] [tracepoint:CATEGORY:EVENT] [did you mean "
            "`sched:sched_switch`?]");
  for (const char* text :
       {"tracepoint", "tracepoint:", "tracepoint:sched:", "tracepoint::x", "tracepoint:a:b:c"})
    EXPECT_TRUE(mistake(text).starts_with("bad_attach_point 0+")) << text;
  for (const char* text : {"tracepoint:../events/sched:sched_switch", "tracepoint:ftrace:function"})
    EXPECT_TRUE(mistake(text).starts_with("unknown_tracepoint_category 11+")) << text;
}

TEST_F(Probes, RawTracepoints) {
  auto match = resolve("rawtracepoint:sched_switch").at(0);
  EXPECT_EQ(match.name, "rawtracepoint:sched_switch");
  EXPECT_EQ(match.type, ProgramType::btf_tracepoint);
  EXPECT_EQ(match.attach_btf_id, kernel_.raw_tracepoint_btf_id("sched_switch"));
  EXPECT_EQ(match.attach, (AttachSpec{"rawtracepoint", "sched_switch", 0}));
  EXPECT_EQ(match.pointers, AddressSpace::kernel);
  EXPECT_EQ(match.return_value, 0u);
  EXPECT_EQ(arguments("rt:sched_switch"),
            (Texts{"preempt bool value 0 8", "prev struct task_struct * value 8 8 trusted",
                   "next struct task_struct * value 16 8 trusted", "prev_state uint32 value 24 8"}));
  EXPECT_EQ(arguments("rt:sched_process_exec"),
            (Texts{"p struct task_struct * value 0 8 trusted", "old_pid int32 value 8 8",
                   "filename int8 * value 16 8"}));
  // A helper reads what the verifier does not let a program load.
  EXPECT_EQ(arguments("rt:pointers"),
            (Texts{"numbers int32 * value 0 8", "function int (…) * bytes 8 8", "texts int8 * * bytes 16 8",
                   "request struct request * bytes 24 8", "file struct file * value 32 8 trusted",
                   "anything void * value 40 8"}));
  EXPECT_EQ(arguments("rt:shapes"), (Texts{"arg0 union small bytes 0 4", "arg2 uint64 value 16 8"}));
  EXPECT_EQ(unreadable("rt:shapes"), Texts{"arg1: it is wider than 64 bits"});
  EXPECT_EQ(arguments("rt:block_rq_issue"),
            (Texts{"arg0 struct request * bytes 0 8", "arg1 enum sort value 8 8"}));
  EXPECT_EQ(names("rt:vmlinux:sys_*"),
            (Texts{"rawtracepoint:vmlinux:sys_enter", "rawtracepoint:vmlinux:sys_exit"}));
  EXPECT_EQ(mistake("rt:sched_swich"),
            "unknown_raw_tracepoint 3+11: [sched_swich] [did you mean `sched_switch`?]");
  EXPECT_EQ(mistake("rt:zz*"), "no_match 0+6: [rt:zz*] [`trc -l 'rawtracepoint:*'` lists them]");
  EXPECT_TRUE(mistake("rt:xfs:foo").starts_with("no_match 3+3: [rt:xfs:foo]"));
  for (const char* text : {"rawtracepoint", "rt:", "rt:a:b:c"})
    EXPECT_TRUE(mistake(text).starts_with("bad_attach_point 0+")) << text;
}

TEST_F(Probes, AKernelWithoutBtfOrTracefs) {
  kernel_ = std::move(*Kernel::open(kRoot + "/proc"));
  EXPECT_TRUE(mistake("rt:sched_switch").starts_with("needs_kernel_feature 0+15: [rt:sched_switch] [BTF"));
  EXPECT_TRUE(mistake("t:sched:sched_switch").starts_with("kernel_does_not_tell 8+12:"));
  EXPECT_TRUE(mistake("t:syscalls:sys_enter_openat").starts_with("kernel_does_not_tell"));
  EXPECT_TRUE(mistake("t:*:*").starts_with("kernel_does_not_tell"));
  EXPECT_EQ(names("interval:1s").size(), 1u);
}

TEST_F(Probes, Counters) {
  auto match = resolve("s:cs").at(0);
  EXPECT_EQ(match.name, "software:context-switches:1000");
  EXPECT_EQ(match.type, ProgramType::perf_event);
  EXPECT_EQ(match.attach, (AttachSpec{"software", "context-switches", 1000}));
  EXPECT_EQ(match.context, (ProgramContext{"struct bpf_perf_event_data", false}));
  EXPECT_TRUE(match.filters_pid_itself && match.has_cookie);
  EXPECT_EQ(resolve("hardware:cycles:5e6").at(0).attach, (AttachSpec{"hardware", "cpu-cycles", 5'000'000}));
}

TEST_F(Probes, Watchpoints) {
  auto match = resolve("w:0x1000:8:rw").at(0);
  EXPECT_EQ(match.name, "watchpoint:0x1000:8:rw");
  EXPECT_EQ(match.attach, (AttachSpec{"watchpoint", "rw:8", 0x1000}));
}

TEST_F(Probes, Iterators) {
  auto match = resolve("it:task").at(0);
  EXPECT_EQ(match.name, "iter:task");
  EXPECT_EQ(match.type, ProgramType::iterator);
  EXPECT_EQ(match.attach, (AttachSpec{"iter", "task", 0}));
  EXPECT_EQ(match.context, (ProgramContext{"struct bpf_iter__task", true}));
  EXPECT_EQ(match.object, (ContextAccess{AccessKind::value, 8, 8, {}}));
}

TEST_F(Probes, PositionalArgumentsOfRawTracepoints) {
  auto match = resolve("rt:sched_switch").at(0);
  EXPECT_TRUE(match.positional.empty());
  match.read_results(match);
  ASSERT_EQ(match.positional.size(), 4u);
  EXPECT_EQ(match.positional[3], (ContextAccess{AccessKind::value, 24, 8, {}}));
}

TEST(Syscalls, Numbers) {
  EXPECT_EQ(syscall_number("read"), 0u);
  EXPECT_EQ(syscall_number("newfstatat"), 262u);
  EXPECT_EQ(syscall_number("newstat"), 4u);
  EXPECT_EQ(syscall_number("newuname"), 63u);
  EXPECT_EQ(syscall_number("sendfile64"), 40u);
  EXPECT_EQ(syscall_number("umount"), 166u);
  EXPECT_EQ(syscall_number("file_setattr"), 469u);
  EXPECT_FALSE(syscall_number("stat"));
  EXPECT_EQ(syscall_argument_registers().size(), 6u);
}

TEST(Attach, SessionRunsWhatNoEventDoes) {
  auto attach = [](AttachSpec spec) {
    Attachment attachment;
    attachment.spec = spec;
    return find_attach(spec.provider)(attachment, -1, {}).value();
  };
  EXPECT_EQ(attach({"begin", "", 0}).moment, Moment::begin);
  EXPECT_EQ(attach({"end", "", 0}).moment, Moment::end);
  EXPECT_EQ(attach({"interval", "ns", 5'000}).moment, Moment::periodic);
  EXPECT_EQ(attach({"interval", "ns", 5'000}).period, std::chrono::microseconds(5));
  EXPECT_EQ(attach({"interval", "hz", 50}).period, std::chrono::milliseconds(20));
  EXPECT_EQ(attach({"self", "SIGUSR1", 0}).moment, Moment::signal);
  EXPECT_EQ(attach({"interval", "hz", 0}).period, std::chrono::seconds(1));
}

TEST(Attach, WhatTheKernelRefusesIsAnError) {
  Attachment attachment;
  for (AttachSpec spec : {AttachSpec{"rawtracepoint", "sys_enter", 0}, AttachSpec{"tracepoint", "no:such", 0},
                          AttachSpec{"tracepoint", "nonsense", 0}, AttachSpec{"profile", "hz", 99},
                          AttachSpec{"software", "nonsense", 1}, AttachSpec{"software", "dummy", 1},
                          AttachSpec{"watchpoint", "w:8", 0x1000}, AttachSpec{"iter", "task", 0}}) {
    attachment.spec = spec;
    auto attached = find_attach(spec.provider)(attachment, -1, {});
    ASSERT_FALSE(attached) << spec.provider;
    EXPECT_FALSE(attached.error().cause.empty());
  }
}

} // namespace
} // namespace trc::probes
