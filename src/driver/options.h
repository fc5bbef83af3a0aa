// The command line, parsed.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "output/printer.h"

namespace trc {

/// What a script is run for.
enum class Mode : uint8_t { trace, test, benchmark };

enum class Command : uint8_t { run, format, list, describe, completion, help, version };

struct Options {
  Command command = Command::run;
  std::optional<std::string> program; ///< -e
  std::string file;                   ///< the script, "-" is standard input; of -l also a pattern, or ""
  std::vector<std::string> parameters;
  /// For the script's getopt(): words `--name=value` and `--name` from behind `--`.
  std::vector<std::string> script_options;
  std::vector<std::string> include_paths; ///< -I
  std::vector<std::string> includes;      ///< --include
  std::string emit_llvm, emit_elf;        ///< files to write instead of running the script
  std::string output_file;
  std::string flame_file; ///< --flame
  output::Format format = output::Format::text;
  std::optional<pid_t> pid;
  std::vector<std::string> child; ///< -c, split at blanks
  bool follow = false;            ///< the children of that process too
  bool quiet = false;
  bool verbose = false;
  bool unsafe = false;
  bool no_warnings = false;
  bool runtime_warnings = false; ///< -k
  bool strict = false;
  bool exit_status = false;    ///< of -c's command
  bool shows_progress = false; ///< not an option: how it goes is shown on the terminal
  output::Buffering buffering = output::Buffering::automatic; ///< -B
  bool dry_run = false;
  Mode mode = Mode::trace;
  std::string probe_filter;       ///< an extended regular expression, for tests and benchmarks; "" fits all
  std::vector<std::string> dumps; ///< stages to print
  std::string kernel;             ///< root of a kernel description; empty: the running kernel
};

Result<Options> parse_options(const std::vector<std::string>& arguments);
std::string usage();

} // namespace trc
