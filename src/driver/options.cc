#include "driver/options.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"
#include "driver/trial_mode.h"

namespace trc {
namespace {

enum class OptionId : uint8_t {
#define OPTION(id, letter, name, argument, doc) id,
#include "driver/options.def"
#undef OPTION
};

struct Row {
  OptionId id;
  char letter;
  std::string_view name, argument, doc;
};

constexpr Row kRows[] = {
#define OPTION(id, letter, name, argument, doc) {OptionId::id, letter, name, argument, doc},
#include "driver/options.def"
#undef OPTION
};

// The largest process id that Linux gives: PID_MAX_LIMIT (include/linux/threads.h).
constexpr pid_t kMaxPid = 0x400000;

const Row* find_row(char letter) {
  for (const Row& row : kRows)
    if (row.letter == letter) return &row;
  return nullptr;
}

const Row* find_row(std::string_view name) {
  for (const Row& row : kRows)
    if (!row.name.empty() && row.name == name) return &row;
  return nullptr;
}

std::unexpected<Error> wrong(std::string cause, std::string hint = "`trc --help` lists the options") {
  return failure(ErrorKind::invalid, std::move(cause), std::move(hint));
}

Result<pid_t> parse_pid(const std::string& text) {
  pid_t pid = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  const bool too_large = error == std::errc::result_out_of_range;
  if ((error != std::errc() && !too_large) || end != text.data() + text.size())
    return wrong("`" + text + "` is not a process id", "-p takes a number");
  if (too_large || pid < 1 || pid > kMaxPid)
    return wrong("process id " + text + " is out of range", "1 to " + std::to_string(kMaxPid));
  return pid;
}

Result<output::Buffering> parse_buffering(const std::string& text) {
  using output::Buffering;
  if (text == "line") return Buffering::line;
  if (text == "full") return Buffering::full;
  if (text == "none") return Buffering::none;
  return wrong("`" + text + "` is not a buffering mode", "known are `line`, `full` and `none`");
}

std::optional<output::Format> parse_format_name(const std::string& text) {
  static constexpr std::string_view kNames[] = {"text", "json", "folded"}; // as Format
  const auto* found = std::ranges::find(kNames, text);
  if (found == std::end(kNames)) return {};
  return static_cast<output::Format>(found - kNames);
}

Result<void> apply_mode(const std::string& value, Options& options) {
  if (value == "test")
    options.mode = Mode::test;
  else if (value == "bench")
    options.mode = Mode::benchmark;
  else if (value == "format")
    options.command = Command::format;
  else
    return wrong("`" + value + "` is not a mode", "known are `test`, `bench` and `format`");
  return {};
}

Result<void> apply_filter(const std::string& value, Options& options) {
  if (auto cause = check_filter(value)) return wrong("`" + value + "` is no regular expression", *cause);
  options.probe_filter = value;
  return {};
}

/// Those that are set or not.
constexpr std::pair<OptionId, bool Options::*> kFlags[] = {
    {OptionId::follow, &Options::follow},
    {OptionId::quiet, &Options::quiet},
    {OptionId::verbose, &Options::verbose},
    {OptionId::unsafe, &Options::unsafe},
    {OptionId::no_warnings, &Options::no_warnings},
    {OptionId::dry_run, &Options::dry_run},
    {OptionId::runtime_warnings, &Options::runtime_warnings},
    {OptionId::strict, &Options::strict},
    {OptionId::exit_status, &Options::exit_status},
};

Result<void> apply(const Row& row, const std::string& value, Options& options) {
  for (const auto& [id, flag] : kFlags)
    if (row.id == id) return options.*flag = true, Result<void>();
  switch (row.id) {
  case OptionId::evaluate: options.program = value; break;
  case OptionId::output:
    if (value.empty())
      return wrong("the file of -o has no name", "without -o the output goes to standard output");
    options.output_file = value;
    break;
  case OptionId::format:
    if (auto format = parse_format_name(value)) {
      options.format = *format;
      break;
    }
    return wrong("`" + value + "` is not an output format", "known are `text`, `json` and `folded`");
  case OptionId::flame:
    if (!value.ends_with(".svg") && !value.ends_with(".html"))
      return wrong("the file of --flame ends neither in `.svg` nor in `.html`",
                   "for example `--flame cpu.svg`");
    options.flame_file = value;
    break;
  case OptionId::pid: {
    auto pid = parse_pid(value);
    if (!pid) return std::unexpected(pid.error());
    options.pid = *pid;
    break;
  }
  case OptionId::command:
    for (std::string_view word : split(value, ' '))
      if (!word.empty()) options.child.emplace_back(word);
    if (options.child.empty())
      return wrong("the command of -c is empty", "-c takes a program and its arguments");
    break;
  case OptionId::test: options.mode = Mode::test; break;
  case OptionId::bench: options.mode = Mode::benchmark; break;
  case OptionId::mode: return apply_mode(value, options);
  case OptionId::probe_filter: return apply_filter(value, options);
  case OptionId::dump: options.dumps.push_back(value); break;
  case OptionId::kernel: options.kernel = value; break;
  case OptionId::fmt: options.command = Command::format; break;
  case OptionId::list: options.command = Command::list; break;
  case OptionId::help: options.command = Command::help; break;
  case OptionId::version: options.command = Command::version; break;
  case OptionId::buffering: {
    auto mode = parse_buffering(value);
    if (!mode) return std::unexpected(mode.error());
    options.buffering = *mode;
    break;
  }
  case OptionId::include_path: options.include_paths.push_back(value); break;
  case OptionId::include: options.includes.push_back(value); break;
  case OptionId::emit_llvm: options.emit_llvm = value; break;
  case OptionId::emit_elf: options.emit_elf = value; break;
  default: break; // kFlags has it, or it is accepted and ignored
  }
  return {};
}

class Parser {
public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<Options> run() {
    if (is_word_command()) return std::move(options_);
    bool options_ended = false;
    while (next_ < arguments_.size()) {
      const std::string& word = arguments_[next_++];
      if (word == "--") {
        options_ended = true;
        continue;
      }
      if (options_ended && is_script_option(word)) {
        options_.script_options.push_back(word);
        continue;
      }
      if (options_ended || !is_option(word)) {
        operands_.push_back(word);
        continue;
      }
      if (word == "-kk" || word == "-dd") continue; // spellings of older tools
      auto done = word.starts_with("--") ? long_option(word) : short_options(word);
      if (!done) return std::unexpected(done.error());
    }
    return finish();
  }

private:
  /// `trc describe NAME…` and `trc completion SHELL`: all that follows is names, be it `--follow`.
  bool is_word_command() {
    if (arguments_.empty() || (arguments_[0] != "describe" && arguments_[0] != "completion")) return false;
    options_.command = arguments_[0] == "describe" ? Command::describe : Command::completion;
    options_.parameters.assign(arguments_.begin() + 1, arguments_.end());
    return true;
  }

  /// Options may stand behind the script too, up to `--`. A negative number is a parameter.
  static bool is_option(const std::string& word) {
    return word.size() > 1 && word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1]));
  }

  /// Behind `--` the script's own options stand between its parameters.
  static bool is_script_option(const std::string& word) { return word.starts_with("--"); }

  Result<void> long_option(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == word.npos ? word.npos : equals - 2);
    const Row* row = find_row(name);
    if (!row) {
      std::vector<std::string> names;
      for (const Row& known : kRows)
        if (!known.name.empty()) names.push_back("--" + std::string(known.name));
      auto near = nearest("--" + name, names);
      return wrong("unknown option `--" + name + "`",
                   near ? "did you mean `" + *near + "`?" : "`trc --help` lists the options");
    }
    if (row->argument.empty()) {
      if (equals != word.npos) return wrong("`--" + name + "` takes no value");
      return apply(*row, "", options_);
    }
    if (equals != word.npos) return apply(*row, word.substr(equals + 1), options_);
    return with_next_argument(*row, "--" + name);
  }

  Result<void> short_options(const std::string& word) {
    for (size_t i = 1; i < word.size(); ++i) {
      const Row* row = find_row(word[i]);
      if (!row) return wrong(std::string("unknown option `-") + word[i] + "`");
      const bool last = i + 1 == word.size();
      if (!row->argument.empty())
        return last ? with_next_argument(*row, word) : apply(*row, word.substr(i + 1), options_);
      if (auto done = apply(*row, "", options_); !done) return done;
    }
    return {};
  }

  Result<void> with_next_argument(const Row& row, const std::string& spelled) {
    if (next_ == arguments_.size())
      return wrong("`" + spelled + "` needs a value",
                   "`" + spelled + " " + std::string(row.argument) + "`: " + std::string(row.doc));
    // Any file name may begin with `-`, but no stage does: then the stage was forgotten.
    if (row.id == OptionId::dump && arguments_[next_].starts_with('-'))
      return wrong("`" + spelled + "` needs a stage", std::string(row.doc));
    return apply(row, arguments_[next_++], options_);
  }

  Result<Options> finish() {
    if (options_.command == Command::help || options_.command == Command::version) return std::move(options_);
    options_.parameters = std::move(operands_);
    if (!options_.program && (options_.command != Command::list || !options_.parameters.empty())) {
      if (options_.parameters.empty())
        return wrong("no script", "give a file, `-` for standard input, or `-e 'PROGRAM'`");
      options_.file = std::move(options_.parameters.front());
      options_.parameters.erase(options_.parameters.begin());
    }
    if (options_.pid && !options_.child.empty())
      return wrong("-c and -p exclude each other", "-c traces the process that it starts");
    if (options_.follow && !options_.pid && options_.child.empty())
      return wrong("--follow needs a process to follow",
                   "name it with `-p PID`, or start it with `-c COMMAND`");
    if (options_.mode != Mode::trace && (options_.pid || !options_.child.empty()))
      return wrong("--test and --bench trace no process", "leave out -p and -c");
    if (options_.mode == Mode::trace && !options_.probe_filter.empty())
      return wrong("--probe-filter chooses tests or benchmarks", "it goes with --test or --bench");
    if (options_.no_warnings && options_.runtime_warnings)
      return wrong("-k and --no-warnings exclude each other", "-k asks for more warnings");
    return std::move(options_);
  }

  const std::vector<std::string>& arguments_;
  size_t next_ = 0;
  std::vector<std::string> operands_; // the script, unless it was given by -e, and its parameters
  Options options_;
};

} // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) { return Parser(arguments).run(); }

std::string usage() {
  std::string text =
      "usage: trc [options] FILE [parameter...] [-- --name=value...]\n"
      "       trc [options] -e 'PROGRAM' [parameter...] [-- --name=value...]\n"
      "       trc [options] - [parameter...]          the program comes from standard input\n"
      "       trc describe [NAME...]                    what a builtin, probe type, setting or message is\n"
      "       trc completion bash|zsh|fish              a script that completes trc's command line\n\n";
  for (const Row& row : kRows) {
    if (row.doc.starts_with("accepted and ignored")) continue;
    std::string left = row.letter ? std::string("-") + row.letter : "  ";
    if (!row.name.empty()) left += std::string(row.letter ? ", " : "  ") + "--" + std::string(row.name);
    if (!row.argument.empty()) left += " " + std::string(row.argument);
    left.resize(std::max<size_t>(left.size() + 2, 26), ' ');
    text += "  " + left + std::string(row.doc) + "\n";
  }
  text += "\nexamples:\n"
          "  trc -e 'tracepoint:syscalls:sys_enter_openat < @[comm]=count(); >'\n"
          "                              which programs open files, and how many\n"
          "  trc -e 'tracepoint:syscalls:sys_enter_execve { printf(\"%s -> %s\\n\", comm, "
          "str(args.filename)); }'\n"
          "                              what is being executed\n"
          "  trc -e 'tracepoint:syscalls:sys_exit_read /args.ret > 0/ { @ = hist(args.ret); }'\n"
          "                              how many bytes reads bring\n";
  return text;
}

} // namespace trc
