// The command line.
#include <gtest/gtest.h>

#include "driver/options.h"

namespace trc {
namespace {

Options good(const std::vector<std::string>& arguments) {
  auto options = parse_options(arguments);
  EXPECT_TRUE(options.has_value()) << options.error().cause;
  return options.value_or(Options{});
}

std::string cause(const std::vector<std::string>& arguments) {
  auto options = parse_options(arguments);
  return options ? "none" : options.error().cause;
}

TEST(Options, ScriptAndParameters) {
  const Options options = good({"a.trc", "one", "-5", "two"});
  EXPECT_EQ(options.file, "a.trc");
  EXPECT_FALSE(options.program);
  EXPECT_EQ(options.parameters, (std::vector<std::string>{"one", "-5", "two"}));
}

TEST(Options, ProgramText) {
  const Options options = good({"-e", "begin { exit(); }", "one"});
  EXPECT_EQ(options.program, "begin { exit(); }");
  EXPECT_TRUE(options.file.empty());
  EXPECT_EQ(options.parameters, (std::vector<std::string>{"one"}));
  EXPECT_EQ(good({"-ebegin{}"}).program, "begin{}");
}

TEST(Options, StandardInput) {
  const Options options = good({"-", "one"});
  EXPECT_EQ(options.file, "-");
  EXPECT_EQ(options.parameters, (std::vector<std::string>{"one"}));
}

// As the older tools take them: `tool.bt -p 5`.
TEST(Options, BehindTheScript) {
  const Options options = good({"a.trc", "one", "-p", "5", "-v", "two"});
  EXPECT_EQ(options.pid, 5);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.parameters, (std::vector<std::string>{"one", "two"}));
}

TEST(Options, EndOfOptions) {
  const Options options = good({"-q", "--", "a.trc", "-v", "--", "--name=x", "-5", "--flag"});
  EXPECT_TRUE(options.quiet);
  EXPECT_FALSE(options.verbose);
  EXPECT_EQ(options.file, "a.trc");
  EXPECT_EQ(options.parameters, (std::vector<std::string>{"-v", "-5"}));
  EXPECT_EQ(options.script_options, (std::vector<std::string>{"--name=x", "--flag"}));
  EXPECT_EQ(good({"-e", "p", "one", "--", "--help"}).script_options, (std::vector<std::string>{"--help"}));
  EXPECT_EQ(good({"-e", "p", "one", "--", "--help"}).command, Command::run);
}

TEST(Options, ShortOnesInARow) {
  const Options options = good({"-qvp12", "-fjson", "a"});
  EXPECT_TRUE(options.quiet && options.verbose);
  EXPECT_EQ(options.pid, 12);
  EXPECT_EQ(options.format, output::Format::json);
}

TEST(Options, LongOnes) {
  const Options options = good({"--output", "f", "--pid=7", "--no-warnings", "--dry-run", "--debug=ast", "-d",
                                "asm", "--kernel", "k", "a"});
  EXPECT_EQ(options.output_file, "f");
  EXPECT_EQ(options.pid, 7);
  EXPECT_TRUE(options.no_warnings && options.dry_run);
  EXPECT_EQ(options.dumps, (std::vector<std::string>{"ast", "asm"}));
  EXPECT_EQ(options.kernel, "k");
  EXPECT_TRUE(good({"--follow", "-p7", "a"}).follow);
}

TEST(Options, Headers) {
  const Options options = good({"-I", "one", "-Itwo", "--include", "a.h", "--include=b.h", "a"});
  EXPECT_EQ(options.include_paths, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(options.includes, (std::vector<std::string>{"a.h", "b.h"}));
}

TEST(Options, BufferingAndFiles) {
  EXPECT_EQ(good({"a"}).buffering, output::Buffering::automatic);
  EXPECT_EQ(good({"-B", "line", "a"}).buffering, output::Buffering::line);
  EXPECT_EQ(good({"-Bfull", "a"}).buffering, output::Buffering::full);
  EXPECT_EQ(good({"-Bnone", "a"}).buffering, output::Buffering::none);
  EXPECT_EQ(good({"--emit-llvm", "x.ll", "--emit-elf=x.o", "a"}).emit_elf, "x.o");
}

TEST(Options, Command) {
  EXPECT_EQ(good({"-c", " ls  -l /tmp ", "a"}).child, (std::vector<std::string>{"ls", "-l", "/tmp"}));
}

TEST(Options, HelpAndVersionNeedNoScript) {
  EXPECT_EQ(good({"--help"}).command, Command::help);
  EXPECT_EQ(good({"-V"}).command, Command::version);
}

TEST(Options, SpellingsOfOlderToolsAreTaken) {
  EXPECT_EQ(good({"-b", "-k", "-kk", "-dd", "--btf", "--warnings", "a.bt"}).file, "a.bt");
}

TEST(Options, Mistakes) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{}, "no script"},
      {{"-v"}, "no script"},
      {{"--"}, "no script"},
      {{"-e"}, "`-e` needs a value"},
      {{"a", "--pid"}, "`--pid` needs a value"},
      {{"-x", "a"}, "unknown option `-x`"},
      {{"-vx", "a"}, "unknown option `-x`"},
      {{"--pide=5", "a"}, "unknown option `--pide`"},
      {{"--quiet=yes", "a"}, "`--quiet` takes no value"},
      {{"-p", "x", "a"}, "`x` is not a process id"},
      {{"-p", "5x", "a"}, "`5x` is not a process id"},
      {{"-p", "", "a"}, "`` is not a process id"},
      {{"-p", "0", "a"}, "process id 0 is out of range"},
      {{"-p", "4194305", "a"}, "process id 4194305 is out of range"},
      {{"-p", "99999999999", "a"}, "process id 99999999999 is out of range"},
      {{"-f", "xml", "a"}, "`xml` is not an output format"},
      {{"-c", " ", "a"}, "the command of -c is empty"},
      {{"-c", "ls", "-p", "5", "a"}, "-c and -p exclude each other"},
      {{"-k", "--no-warnings", "a"}, "-k and --no-warnings exclude each other"},
      {{"-B", "lines", "a"}, "`lines` is not a buffering mode"},
  };
  for (const auto& [arguments, text] : cases)
    EXPECT_EQ(cause(arguments), text);
}

TEST(Options, NearNamesAreSuggested) {
  auto options = parse_options({"--quite", "a"});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().hint, "did you mean `--quiet`?");
}

TEST(Options, UsageNamesThemAll) {
  const std::string text = usage();
  for (const char* option :
       {"-e PROGRAM", "-p, --pid PID", "-d, --debug STAGE", "--kernel DIR", "-h, --help"})
    EXPECT_NE(text.find(option), std::string::npos) << option;
}

TEST(Options, TestsAndBenchmarks) {
  EXPECT_EQ(good({"--test", "a.trc"}).mode, Mode::test);
  EXPECT_EQ(good({"--mode", "bench", "a.trc"}).mode, Mode::benchmark);
  EXPECT_EQ(good({"--mode=format", "a.trc"}).command, Command::format);
  EXPECT_EQ(good({"--bench", "--probe-filter", "^a|b$", "a.trc"}).probe_filter, "^a|b$");
  EXPECT_FALSE(parse_options({"--test", "--probe-filter", "a(", "a.trc"}));
  EXPECT_FALSE(parse_options({"--test", "-p", "1", "a.trc"}));
  EXPECT_FALSE(parse_options({"--mode", "codegen", "a.trc"}));
}

TEST(Options, CommandsThatAreWords) {
  const Options described = good({"describe", "--follow", "str"});
  EXPECT_EQ(described.command, Command::describe);
  EXPECT_EQ(described.parameters, (std::vector<std::string>{"--follow", "str"}));
  EXPECT_FALSE(described.follow);
  EXPECT_EQ(good({"completion", "bash"}).command, Command::completion);
  EXPECT_EQ(good({"./describe"}).file, "./describe");
}

} // namespace
} // namespace trc
