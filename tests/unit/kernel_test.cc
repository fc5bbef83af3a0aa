// The answers of kernel/kernel.h for the fixture kernel, and the readers behind them against damaged input.
#include "kernel/kernel.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

#include "ctypes/btf_convert.h"
#include "fixture_btf.h"
#include "kernel/btf.h"
#include "kernel/btf_query.h"
#include "kernel/files.h"
#include "kernel/tracefs.h"

namespace trc {
namespace {

const std::string kRoot = TRC_TEST_DIR "/fixtures/kernel";
const std::string kBtfPath = kRoot + "/sys/kernel/btf/vmlinux";
const std::string kModulePath = kRoot + "/sys/kernel/btf/fixture_module";

Kernel fixture() { return std::move(*Kernel::open(kRoot)); }

std::vector<std::string> names(const std::vector<BtfParameter>& arguments) {
  std::vector<std::string> found;
  for (const BtfParameter& a : arguments)
    found.push_back(a.name);
  return found;
}

using Names = std::vector<std::string>;

TEST(Fixture, BtfIsWhatTheMakerMakes) {
  const std::pair<std::string, std::string> files[] = {{kBtfPath, test::make_fixture_btf()},
                                                       {kModulePath, test::make_fixture_module_btf()}};
  for (const auto& [path, bytes] : files) {
    if (std::getenv("TRC_REWRITE")) std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_TRUE(read_file(path).value() == bytes)
        << "remake it with TRC_REWRITE=1 unit_tests --gtest_filter='Fixture.*'";
  }
}

TEST(Kernel, OpensADirectoryOnly) {
  EXPECT_EQ(Kernel::open(kRoot + "/nosuch").error().kind, ErrorKind::not_found);
  EXPECT_EQ(Kernel::open(kRoot + "/README").error().kind, ErrorKind::invalid);
  EXPECT_EQ(Kernel::open(kRoot + "///")->release(), "6.12.0-fixture");
}

TEST(Kernel, VersionAndCpus) {
  Kernel kernel = fixture();
  EXPECT_EQ(kernel.release(), "6.12.0-fixture");
  EXPECT_EQ(kernel.version(), (KernelVersion{6, 12, 0}));
  EXPECT_GT(kernel.version(), (KernelVersion{5, 15, 200}));
  EXPECT_EQ(kernel.possible_cpus(), 4u);
  EXPECT_FALSE(kernel.own_pid_namespace());
}

TEST(Kernel, AnEmptyDirectoryIsAKernelThatOffersNothing) {
  Kernel kernel = std::move(*Kernel::open(kRoot + "/proc"));
  EXPECT_EQ(kernel.release(), "");
  EXPECT_EQ(kernel.version(), KernelVersion());
  EXPECT_EQ(kernel.possible_cpus(), 1u);
  EXPECT_FALSE(kernel.has_btf());
  EXPECT_FALSE(kernel.raw_tracepoint_btf_id("sys_enter"));
  EXPECT_FALSE(kernel.member_offset("task_struct", "pid"));
  EXPECT_EQ(kernel.raw_tracepoints().error().kind, ErrorKind::not_found);
  // Not `not_found`: that would mean that there are tracepoints, but not this one.
  EXPECT_EQ(kernel.tracepoint_categories().error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kernel.tracepoint_fields("sched", "sched_switch").error().kind, ErrorKind::unsupported);
}

TEST(Kernel, Tracepoints) {
  Kernel kernel = fixture();
  // ftrace's own record formats are no tracepoints.
  EXPECT_EQ(kernel.tracepoint_categories().value(), (Names{"block", "fixture", "irq", "kmem", "raw_syscalls",
                                                           "sched", "signal", "syscalls", "timer"}));
  EXPECT_EQ(kernel.tracepoints("sched").value(),
            (Names{"sched_process_exec", "sched_process_exit", "sched_switch", "sched_wakeup"}));
  EXPECT_EQ(kernel.tracepoints("nosuch").value(), Names());
  EXPECT_EQ(kernel.tracepoints("ftrace").value(), Names());
  EXPECT_EQ(kernel.tracepoints("../events/sched").value(), Names());
}

TEST(Kernel, TracepointFields) {
  Kernel kernel = fixture();
  auto fields = kernel.tracepoint_fields("sched", "sched_process_exec").value();
  ASSERT_EQ(fields.size(), 7u);
  EXPECT_EQ(fields[0].name, "common_type");
  EXPECT_EQ(fields[4].type, "__data_loc char[]");
  EXPECT_EQ(fields[4].name, "filename");
  EXPECT_TRUE(fields[4].is_data_loc);
  EXPECT_FALSE(fields[4].array_length);
  EXPECT_EQ(fields[5].type, "pid_t");
  EXPECT_EQ(fields[5].offset, 12u);
  EXPECT_EQ(fields[5].size, 4u);
  EXPECT_TRUE(fields[5].is_signed);
  EXPECT_EQ(kernel.tracepoint_fields("sched", "nosuch").error().kind, ErrorKind::not_found);
  EXPECT_EQ(kernel.tracepoint_fields("nosuch", "nosuch").error().kind, ErrorKind::not_found);
  EXPECT_EQ(kernel.tracepoint_fields("sched", "../sched/sched_switch").error().kind, ErrorKind::not_found);
}

TEST(Tracefs, DeclarationsOfAllForms) {
  struct Case {
    const char *declaration, *type, *name;
    std::optional<uint32_t> length;
  };
  const Case cases[] = {
      {"int x", "int", "x", {}},
      {"const char * label", "const char *", "label", {}},
      {"const char* label", "const char*", "label", {}},
      {"struct iocb * * iocbpp", "struct iocb * *", "iocbpp", {}},
      {"char comm[16]", "char", "comm", 16},
      {"char comm[TASK_COMM_LEN]", "char", "comm", 24},
      {"unsigned long args[]", "unsigned long", "args", 24},
      {"__data_loc char[] text", "__data_loc char[]", "text", {}},
      {"enum hrtimer_mode mode", "enum hrtimer_mode", "mode", {}},
  };
  for (const Case& c : cases) {
    auto fields = parse_tracepoint_format("\tfield:" + std::string(c.declaration) +
                                          ";\toffset:8;\tsize:24;\tsigned:1;\n");
    ASSERT_TRUE(fields) << c.declaration;
    ASSERT_EQ(fields->size(), 1u);
    EXPECT_EQ(fields->front().type, c.type);
    EXPECT_EQ(fields->front().name, c.name);
    EXPECT_EQ(fields->front().array_length, c.length);
  }
  EXPECT_EQ(parse_tracepoint_format("name: x\nID: 5\nformat:\n\nprint fmt: \"\"\n").value().size(), 0u);
  for (const char* bad :
       {"field:", "field:int x", "field:int x;", "field:int x;\toffset:8;", "field:x;\toffset:8;\tsize:4;",
        "field:;\toffset:8;\tsize:4;", "field:x];\toffset:8;\tsize:4;"})
    EXPECT_EQ(parse_tracepoint_format(bad).error().kind, ErrorKind::invalid) << bad;
}

TEST(Files, CpuLists) {
  EXPECT_EQ(parse_cpu_list("0\n").value(), std::vector<unsigned>{0});
  EXPECT_EQ(parse_cpu_list("0-2,8,10-11\n").value(), (std::vector<unsigned>{0, 1, 2, 8, 10, 11}));
  for (const char* bad : {"", "x", "1-", "-1", "3-1", "1,,2", "0-99999999", "0x3"})
    EXPECT_FALSE(parse_cpu_list(bad)) << bad;
}

TEST(Kernel, RawTracepoints) {
  Kernel kernel = fixture();
  ASSERT_TRUE(kernel.has_btf());
  auto id = kernel.raw_tracepoint_btf_id("sched_switch");
  ASSERT_TRUE(id);
  EXPECT_EQ(kernel.raw_tracepoints().value(),
            (Names{"block_rq_issue", "pointers", "sched_process_exec", "sched_switch", "sched_wakeup",
                   "shapes", "sys_enter", "sys_exit"}));
  EXPECT_EQ(kernel.raw_tracepoint_btf_id("sched_switch"), id);
  auto btf = Btf::open(kBtfPath);
  EXPECT_EQ(btf->name(*btf->type(*id)), "btf_trace_sched_switch");
  EXPECT_FALSE(kernel.raw_tracepoint_btf_id("sched_swi"));
  EXPECT_FALSE(kernel.raw_tracepoint_btf_id(""));
}

TEST(Kernel, RawTracepointArguments) {
  Kernel kernel = fixture();
  auto arguments = kernel.raw_tracepoint_arguments("sched_switch").value();
  EXPECT_EQ(names(arguments), (Names{"preempt", "prev", "next", "prev_state"}));
  auto spelled = [&](size_t index) { return c_spelling(*kernel.btf(), arguments.at(index).type_id); };
  EXPECT_EQ(spelled(0), "_Bool");
  EXPECT_EQ(spelled(1), "struct task_struct *");

  // Named by __probestub_, by __bpf_trace_, and not at all.
  arguments = kernel.raw_tracepoint_arguments("sched_process_exec").value();
  EXPECT_EQ(names(arguments), (Names{"p", "old_pid", "filename"}));
  EXPECT_EQ(spelled(1), "pid_t");
  EXPECT_EQ(spelled(2), "const char *");
  EXPECT_EQ(names(kernel.raw_tracepoint_arguments("sched_wakeup").value()), Names{"p"});
  arguments = kernel.raw_tracepoint_arguments("block_rq_issue").value();
  EXPECT_EQ(names(arguments), (Names{"arg0", "arg1"}));
  EXPECT_EQ(spelled(0), "const struct request *");
  EXPECT_EQ(spelled(1), "enum sort");
  EXPECT_EQ(kernel.raw_tracepoint_arguments("nosuch").error().kind, ErrorKind::not_found);
}

TEST(Kernel, BtfOfModulesContinuesThatOfTheKernel) {
  Kernel kernel = fixture();
  EXPECT_EQ(kernel.btf_modules(), Names{"fixture_module"});
  EXPECT_EQ(kernel.module_btf("nosuch"), nullptr);
  EXPECT_EQ(kernel.module_btf("vmlinux"), nullptr);
  const Btf *own = kernel.btf(), *module = kernel.module_btf("fixture_module");
  ASSERT_TRUE(own && module);
  EXPECT_EQ(own->first_id(), 1u);
  EXPECT_EQ(own->type(module->first_id()), nullptr);
  EXPECT_NE(own->type(module->first_id() - 1), nullptr);
  EXPECT_EQ(module->type(1), own->type(1));
  auto state = module->find("fixture_state", {BTF_KIND_STRUCT});
  ASSERT_TRUE(state);
  EXPECT_GT(*state, module->first_id());
  EXPECT_EQ(module->name(*module->type(*state)), "fixture_state");
  // Its members' names are the module's, those of their types the kernel's.
  auto members = module->members<btf_member>(*module->type(*state));
  EXPECT_EQ(module->string(members[0].name_off), "owner");
  EXPECT_EQ(c_spelling(*module, members[0].type), "struct task_struct *");
  EXPECT_FALSE(module->find("task_struct", {BTF_KIND_STRUCT}));
  EXPECT_FALSE(own->find("fixture_state", {BTF_KIND_STRUCT}));
  EXPECT_TRUE(module->is_hidden(module->find("file", {BTF_KIND_STRUCT}).value()));
  EXPECT_FALSE(module->is_hidden(*state));
  EXPECT_EQ(module->find_enumerator("FIXTURE_ON")->index, 1u);
  EXPECT_FALSE(module->find_enumerator("SORT_A"));
  EXPECT_TRUE(own->find_enumerator("SORT_A"));
  EXPECT_FALSE(own->find_enumerator("task_struct"));
  EXPECT_FALSE(own->find_enumerator(""));
}

TEST(Kernel, MemberOffsets) {
  Kernel kernel = fixture();
  auto offset = [&](const char* path) { return kernel.member_offset("task_struct", path); };
  EXPECT_EQ(offset("thread_info.status"), 16u);
  EXPECT_EQ(offset("thread_info"), 0u);
  EXPECT_EQ(offset("__state"), 24u);
  EXPECT_EQ(offset("before"), 32u);
  EXPECT_EQ(offset("as_pointer"), 40u);
  EXPECT_EQ(offset("comm"), 48u);
  EXPECT_EQ(offset("pid"), 68u);
  for (const char* path : {"flag", "nosuch", "thread_info.nosuch", "pid.x", "", ".", "thread_info."})
    EXPECT_FALSE(offset(path)) << path;
  EXPECT_EQ(kernel.member_offset("pt_regs", "di"), 112u);
  EXPECT_FALSE(kernel.member_offset("nosuch", "x"));
}

/// Writes damaged BTF where Btf::open can find it.
class DamagedBtf : public testing::Test {
protected:
  std::string bytes_ = test::make_fixture_btf();
  std::string path_ = testing::TempDir() + "trc_damaged_btf";

  Result<Btf> open() {
    // A new file each time: ext4 writes one that was cut to nothing and filled again to the disk at once.
    std::remove(path_.c_str());
    std::ofstream(path_, std::ios::binary) << bytes_;
    return Btf::open(path_);
  }
  void TearDown() override { std::remove(path_.c_str()); }
};

TEST_F(DamagedBtf, HeaderIsChecked) {
  ASSERT_TRUE(open());
  bytes_[0] ^= 1;
  EXPECT_EQ(open().error().kind, ErrorKind::invalid);
  for (size_t size : {0, 10, 24, 200}) {
    bytes_ = test::make_fixture_btf().substr(0, size);
    EXPECT_FALSE(open()) << size;
  }
  bytes_ = test::make_fixture_btf();
  bytes_.back() = 'x';
  EXPECT_FALSE(open());
}

// Whatever stands in the types, all walks must end and stay inside.
TEST_F(DamagedBtf, AnyByteOfTheTypesMayBeWrong) {
  const std::string good = bytes_;
  btf_header header;
  std::memcpy(&header, good.data(), sizeof header);
  for (size_t at = header.hdr_len; at < header.hdr_len + header.type_len; ++at) {
    bytes_ = good;
    bytes_[at] = static_cast<char>(at % 3 ? 0xff : 1);
    auto btf = open();
    ASSERT_TRUE(btf);
    if (auto id = find_struct(*btf, "task_struct")) {
      member_offset(*btf, *id, "thread_info.status");
      member_offset(*btf, *id, "nosuch");
    }
    for (const char* name : {"sched_switch", "sched_process_exec", "block_rq_issue", "shapes"})
      raw_tracepoint_arguments(*btf, name);
    if (at % 3 != 0) continue;
    const BtfConverter converter(*btf, "");
    for (uint32_t id = 1; id < 200; ++id) {
      converter.type(id);
      converter.structure(id, "");
      converter.enumeration(id, "");
    }
    btf->find_enumerator("TCP_LISTEN");
  }
}

} // namespace
} // namespace trc
