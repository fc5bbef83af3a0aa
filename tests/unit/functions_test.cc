// The lists of the kernel's functions that probes can be put on.
#include "kernel/functions.h"

#include <gtest/gtest.h>

#include "probes/kprobe/variants.h"

namespace trc {
namespace {

using Functions = std::vector<KernelFunction>;

TEST(KernelFunctions, TraceableOnesWithTheirModules) {
  EXPECT_EQ(parse_filter_functions("vfs_read\next4_open [ext4]\nfree\t[a]\n\nvfs_read\n"),
            (Functions{{"ext4_open", "ext4"}, {"free", "a"}, {"vfs_read", ""}}));
}

TEST(KernelFunctions, OfSymbolsOnlyCode) {
  EXPECT_EQ(parse_kallsyms_functions("ffffffff81000000 T vfs_read\nffffffff82000000 D jiffies\n"
                                     "0000000000000000 t helper\t[xfs]\nffffffff81000010 A \nbroken\n"),
            (Functions{{"helper", "xfs"}, {"vfs_read", ""}}));
}

TEST(KernelFunctions, ATextWithoutALineEnd) {
  EXPECT_EQ(parse_filter_functions("last"), (Functions{{"last", ""}}));
  EXPECT_TRUE(parse_filter_functions("").empty());
}

TEST(KernelFunctions, WhatTheCompilerHasMadeOfOneInAModule) {
  const std::string kallsyms = "0 t open\t[fs]\n0 t open.part.0\t[fs]\n0 t open.part.0.cold\t[fs]\n0 t "
                               "open.isra.0\t[other]\n0 t reopen.isra.0\t[fs]\n0 T open.isra.0\n0 t "
                               "open.constprop.0.isra.0\t[fs]\n";
  EXPECT_EQ(probes::variants_in_module(kallsyms, "fs:open"),
            (std::vector<std::string>{"fs:open.part.0", "fs:open.constprop.0.isra.0"}));
}

TEST(KernelFunctions, CopiesAreFoundByTheirNumbers) {
  const std::vector<std::string> there = {"f.part.0.isra.0", "f.constprop.1", "f.isra.3"};
  std::vector<std::string> found;
  auto is_there = [&](const std::string& name) -> Result<bool> {
    return std::find(there.begin(), there.end(), name) != there.end();
  };
  ASSERT_TRUE(probes::try_variants("f", is_there, found).has_value());
  EXPECT_EQ(found, (std::vector<std::string>{"f.part.0.isra.0", "f.constprop.1"}));
}

} // namespace
} // namespace trc
