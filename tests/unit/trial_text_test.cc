// What a run of tests and benchmarks looks like, and what is kept of what a test prints.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output/recorder.h"
#include "output/trial_text.h"

namespace trc::output {
namespace {

TEST(TrialText, Tests) {
  EXPECT_EQ(trial_text(TestsBegin{1}, false), "[==========] Running 1 test.\n");
  EXPECT_EQ(trial_text(TestBegins{"a"}, false), "[ RUN      ] a\n");
  EXPECT_EQ(trial_text(TestEnds{"a", 1234, true, "unseen\n"}, false), "[       OK ] a (1234 ns)\n");
  EXPECT_EQ(trial_text(TestEnds{"a", 12'345'678, false, "seen"}, false), "seen\n[  FAILED  ] a (12 ms)\n");
  EXPECT_EQ(trial_text(TestEnds{"a", 9'999'999, true, ""}, true),
            "\033[32m[       OK ]\033[0m a (9999 us)\n");
  EXPECT_EQ(trial_text(TestsEnd{2, {"x"}}, false), "[==========] 3 tests ran.\n[  PASSED  ] 2 tests.\n"
                                                   "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] x\n");
}

TEST(TrialText, Benchmarks) {
  const std::string gap(32, ' ');
  EXPECT_EQ(trial_text(BenchmarksBegin{3}, false),
            "Benchmark" + gap + "Time(ns)       Iterations\n" + std::string(66, '-') + "\n");
  EXPECT_EQ(trial_text(BenchmarkEnds{50, "b", 7, 1000}, false),
            "b" + std::string(50, ' ') + "7              1000\n");
}

TEST(Recorder, KeepsWhatIsSaidWhileItRecords) {
  const int file = ::memfd_create("out", 0);
  auto behind = make_printer(Format::text, file, true);
  auto recorder = Recorder::make(*behind);
  ASSERT_TRUE(recorder);
  (*recorder)->printf("before\n");
  (*recorder)->start();
  (*recorder)->printf("kept\n");
  (*recorder)->script_message({.is_error = true, .file = "a.trc", .line = 1, .column = 2, .text = "wrong"});
  EXPECT_EQ((*recorder)->errors(), 1U);
  EXPECT_EQ((*recorder)->stop().value_or(""), "kept\na.trc:1:2: ERROR: wrong\n");
  EXPECT_EQ((*recorder)->errors(), 0U);
  (*recorder)->start();
  EXPECT_EQ((*recorder)->stop().value_or("?"), "");
  (*recorder)->printf("after\n");
  ASSERT_TRUE((*recorder)->flush());
  char text[64] = {};
  EXPECT_EQ(::pread(file, text, sizeof text, 0), 13);
  EXPECT_STREQ(text, "before\nafter\n");
  ::close(file);
}

} // namespace
} // namespace trc::output
