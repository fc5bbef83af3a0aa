// `trc -l` on the fixture kernel.
#include <gtest/gtest.h>

#include "driver/list.h"

namespace trc {
namespace {

std::string list(const std::string& pattern, bool with_arguments = false) {
  auto kernel = Kernel::open(TRC_TEST_DIR "/fixtures/kernel");
  std::vector<std::string> notes;
  auto text = list_probes(*kernel, {pattern, with_arguments}, notes);
  std::string shown = text ? *text : text.error().cause + " (" + text.error().hint + ")";
  for (const std::string& note : notes)
    shown += "note: " + note + "\n";
  return shown;
}

TEST(List, TypeAndPattern) {
  EXPECT_EQ(list("tracepoint:sched:sched_process_*"), "tracepoint:sched:sched_process_exec\n"
                                                      "tracepoint:sched:sched_process_exit\n");
  EXPECT_EQ(list("t:*openat"), "tracepoint:syscalls:sys_enter_openat\ntracepoint:syscalls:sys_exit_openat\n");
  EXPECT_EQ(list("kprobe:vfs_r*"), list("k:vmlinux:vfs_r*"));
  EXPECT_EQ(list("fentry:vfs_read"), "fentry:vfs_read\n");
  EXPECT_EQ(list("fexit:vmlinux:fput"), "fexit:fput\n");
  EXPECT_EQ(list("iter"), "iter:task\niter:task_file\n");
  EXPECT_EQ(list("interval"), "interval:hz:\ninterval:ms:\ninterval:s:\ninterval:us:\n");
  EXPECT_EQ(list("s:*faults*"), "software:alignment-faults:\nsoftware:emulation-faults:\n"
                                "software:major-faults:\nsoftware:minor-faults:\nsoftware:page-faults:\n");
  EXPECT_EQ(list("BEGIN"), "begin\n");
}

TEST(List, AnyType) {
  EXPECT_EQ(list("vfs_read"), "kprobe:vfs_read\nkretprobe:vfs_read\nfentry:vfs_read\nfexit:vfs_read\n");
  EXPECT_EQ(list("*:sched_switch"), "tracepoint:sched:sched_switch\nrawtracepoint:sched_switch\n");
  EXPECT_EQ(list("f*:fput"), "fentry:fput\nfexit:fput\n");
  const std::string all = list("");
  EXPECT_EQ(all, list("*"));
  EXPECT_TRUE(all.starts_with("begin\nend\n")) << all;
  EXPECT_NE(all.find("\nrawtracepoint:sched_switch\n"), all.npos);
}

TEST(List, Arguments) {
  EXPECT_EQ(list("fexit:vfs_read", true), "fexit:vfs_read\n    struct file * file\n    char * buf\n"
                                          "    unsigned long count\n    long * pos\n    long retval\n");
  EXPECT_EQ(list("rt:sched_wakeup", true), "rawtracepoint:sched_wakeup\n    struct task_struct * p\n");
  EXPECT_EQ(list("iter:task_file", true), "iter:task_file\n    struct task_struct * task\n"
                                          "    unsigned int fd\n    struct file * file\n");
  EXPECT_EQ(list("t:sched:sched_process_exec", true), "tracepoint:sched:sched_process_exec\n"
                                                      "    __data_loc char[] filename\n"
                                                      "    pid_t pid\n    pid_t old_pid\n");
}

TEST(List, WhatWasMeant) {
  EXPECT_EQ(list("tracepoint:sched:sched_swich"),
            "no probe matches `tracepoint:sched:sched_swich` (did you mean `sched:sched_switch`?)");
  EXPECT_EQ(list("fentry:vfs_raed"), "no probe matches `fentry:vfs_raed` (did you mean `vfs_read`?)");
  EXPECT_EQ(list("struct tsk_struct"),
            "this kernel's BTF has no `struct tsk_struct` (did you mean `struct task_struct`?)");
  EXPECT_EQ(list("no_such_thing"),
            "no probe matches `no_such_thing` (`*` stands for any text: `*no_such_thing*`)");
  EXPECT_EQ(list("iter:"), list("iter"));
}

TEST(List, Definitions) {
  EXPECT_EQ(list("struct qstr"), "vmlinux: struct qstr {\n"
                                 "    union {\n"
                                 "        struct {\n"
                                 "            unsigned int hash;\n"
                                 "            unsigned int len;\n"
                                 "        };\n"
                                 "        u64 hash_len;\n"
                                 "    };\n"
                                 "    const unsigned char *name;\n"
                                 "};\n");
  EXPECT_EQ(list("enum colour"),
            "vmlinux: enum colour {\n    COLOUR_NONE = -1,\n    COLOUR_RED = 0,\n    COLOUR_BLUE = 7,\n};\n");
  EXPECT_EQ(list("struct bits").find("unsigned int low : 3;") == std::string::npos, false);
  EXPECT_EQ(list("struct odd").find("char names[2][4];") == std::string::npos, false) << list("struct odd");
  EXPECT_TRUE(list("struct task_struct").contains("long (*restart)(void *block);"))
      << list("struct task_struct");
  EXPECT_TRUE(list("struct fixture_st*").starts_with("fixture_module: struct fixture_state {"));
  EXPECT_EQ(list("struct nothing"), "this kernel's BTF has no `struct nothing` ()");
}

TEST(List, NothingThere) {
  EXPECT_EQ(list("kprob:vfs_read"), "unknown probe type `kprob` (did you mean `kprobe`?)");
  EXPECT_EQ(list("kprobe:nothing"), "no probe matches `kprobe:nothing` (`*` stands for any text: "
                                    "`*nothing*`)");
  EXPECT_EQ(list("*zz*"), "no probe matches `*zz*` ()");
}

} // namespace
} // namespace trc
