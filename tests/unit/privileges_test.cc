// Who may trace, by the texts that the kernel gives about a process; and how a command's file is found.
#include "runtime/privileges.h"

#include <gtest/gtest.h>

#include "runtime/processes.h"

namespace trc::runtime {
namespace {

std::string status(const char* mask) {
  return std::string("Name:\ttrc\nCapPrm:\t0\nCapEff:\t") + mask + "\n";
}

TEST(Privileges, RootAndCapabilities) {
  EXPECT_TRUE(judge_privileges(status("000001ffffffffff"), ""));
  EXPECT_TRUE(judge_privileges(status("0000000000200000"), "")) << "CAP_SYS_ADMIN";
  EXPECT_TRUE(judge_privileges(status("000000c000000000"), "")) << "CAP_BPF and CAP_PERFMON";
}

TEST(Privileges, NamesWhatIsMissing) {
  auto judged = judge_privileges(status("0000000000000000"), "");
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().kind, ErrorKind::no_permission);
  EXPECT_TRUE(judged.error().cause.ends_with(": CAP_BPF and CAP_PERFMON"));
  EXPECT_NE(judged.error().hint.find("sudo"), std::string::npos);
  EXPECT_TRUE(judge_privileges(status("0000008000000000"), "").error().cause.ends_with(": CAP_PERFMON"));
  EXPECT_TRUE(judge_privileges(status("0000004000000000"), "").error().cause.ends_with(": CAP_BPF"));
  EXPECT_FALSE(judge_privileges("", ""));
}

TEST(Privileges, Lockdown) {
  const std::string root = status("000001ffffffffff");
  EXPECT_TRUE(judge_privileges(root, "[none] integrity confidentiality\n"));
  EXPECT_TRUE(judge_privileges(root, "none [integrity] confidentiality\n"));
  auto judged = judge_privileges(root, "none integrity [confidentiality]\n");
  ASSERT_FALSE(judged);
  EXPECT_NE(judged.error().cause.find("locked down"), std::string::npos);
}

TEST(FindProgram, InPathOrByPath) {
  EXPECT_TRUE(find_program("sh").value().ends_with("/sh"));
  EXPECT_EQ(find_program("/bin/sh").value(), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-here").error().cause, "no program `no-such-program-here` in PATH");
  EXPECT_EQ(find_program("/etc/passwd").error().cause, "`/etc/passwd` is not an executable file");
  EXPECT_FALSE(find_program("/etc"));
}

} // namespace
} // namespace trc::runtime
