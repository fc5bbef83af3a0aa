// The lists of the kernel's functions that probes can be put on.
#include "kernel/functions.h"

#include <gtest/gtest.h>

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

} // namespace
} // namespace trc
