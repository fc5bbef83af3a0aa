#include "driver/command.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "base/fd.h"
#include "driver/completion.h"
#include "driver/describe.h"
#include "driver/flame.h"
#include "driver/list.h"
#include "driver/output_file.h"
#include "driver/pipeline.h"
#include "driver/script_options.h"
#include "driver/trial_mode.h"
#include "format/format.h"
#include "output/block_writer.h"
#include "output/color.h"
#include "output/stack_map_printer.h"
#include "parser/parser.h"
#include "runtime/privileges.h"
#include "runtime/session.h"

#ifndef TRC_VERSION
#define TRC_VERSION "unknown"
#endif

namespace trc {
namespace {

constexpr int kFailed = 1;

int fail(const Error& error) {
  print_error(error);
  return kFailed;
}

/// Writes what was asked for instead of a run to standard output, or to `file`. Who pipes it into `head` has
/// what was wanted.
int show(std::string_view text, const char* what, const Fd& file = {}) {
  const int error = output::write_all(file ? file.get() : STDOUT_FILENO, text);
  return error == 0 || error == EPIPE
             ? 0
             : fail(errno_failure(error, std::string("can't write the ") + what).error());
}

void print(const Diagnostics& diagnostics, const Script& script, bool with_warnings) {
  const bool color = output::wants_color(STDERR_FILENO);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (!with_warnings && diagnostic_row(diagnostic.id).severity == Severity::warning) continue;
    const std::string text = render(diagnostic, script.sources, color);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
}

int dump_stages(const Options& options, Script& script) {
  for (const std::string& stage : options.dumps) {
    Diagnostics diagnostics;
    auto text = dump_stage(stage, script, options, diagnostics);
    print(diagnostics, script, !options.no_warnings);
    if (!text) return fail(text.error());
    if (diagnostics.has_errors()) return kFailed;
    if (!text->ends_with('\n')) *text += '\n';
    if (int status = show(*text, "dump"); status != 0) return status;
  }
  return 0;
}

int write_file(const std::string& file, const std::string& content) {
  Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const int error = fd ? output::write_all(fd.get(), content) : errno;
  return error == 0 ? 0 : fail(errno_failure(error, "can't write to `" + file + "`").error());
}

/// --emit-llvm and --emit-elf.
int emit(const Options& options, Script& script, const Kernel& kernel) {
  Diagnostics diagnostics;
  auto program = compile(script, kernel, options, diagnostics);
  print(diagnostics, script, !options.no_warnings);
  if (!program) return kFailed;
  if (!options.emit_elf.empty())
    if (int status = write_file(options.emit_elf, program->object); status != 0) return status;
  if (options.emit_llvm.empty()) return 0;
  Diagnostics again; // the same ones once more
  auto text = dump_stage("llvm-opt", script, options, again);
  return text ? write_file(options.emit_llvm, *text) : fail(text.error());
}

bool is_shown_at_once(output::Buffering buffering, int fd) {
  if (buffering == output::Buffering::automatic) return isatty(fd) == 1;
  return buffering != output::Buffering::full;
}

/// Whether how the run goes is shown on the terminal. Not beside what a command of -c may say there.
bool wants_progress(const Options& options) {
  const char* terminal = std::getenv("TERM");
  return options.format == output::Format::text && !options.quiet && options.child.empty() &&
         terminal != nullptr && *terminal != '\0' && std::strcmp(terminal, "dumb") != 0 &&
         isatty(STDERR_FILENO) == 1;
}

int run_session(const CompiledProgram& program, const Options& options) {
  if (auto done = check_stack_output(program.manifest, options); !done) return fail(done.error());
  auto file = open_output(options.output_file);
  if (!file) return fail(file.error());
  const int fd = *file ? file->get() : STDOUT_FILENO;
  auto flame_file = open_output(options.flame_file);
  if (!flame_file) return fail(flame_file.error());
  output::FlameGraph flame;
  auto printer = output::make_printer(options.format, fd, options.quiet, options.buffering);
  if (*flame_file)
    printer = output::make_final_stacks_printer(std::move(printer),
                                                [&](const output::FoldedStack& stack) { flame.add(stack); });
  auto status = runtime::run(program, *printer,
                             {.pid = options.pid,
                              .command = options.child,
                              .follow = options.follow,
                              .no_warnings = options.no_warnings,
                              .strict = options.strict,
                              .exit_status = options.exit_status,
                              .dry_run = options.dry_run,
                              .purpose = purpose_of(options.mode),
                              .output_fd = fd,
                              .needs_frame_names = *flame_file || options.format == output::Format::folded,
                              .shows_progress = options.shows_progress,
                              .interactive = is_shown_at_once(options.buffering, fd)});
  if (!status) {
    printer->error(status.error());
    (void)printer->flush(); // if it can't be written, that is what has been said already
    return fail(status.error());
  }
  // Some file systems notice only now that they have no room.
  if (*file)
    if (auto done = close_output(std::move(*file)); !done) return fail(done.error());
  if (*flame_file)
    if (auto done = write_flame(flame, std::move(*flame_file), options); !done) return fail(done.error());
  return *status;
}

/// The script's text, and what the environment says about it.
Result<Script> open_script(const Options& options) {
  auto script = read_script(options);
  if (!script) return script;
  auto settings = read_environment(environ);
  if (!settings) return std::unexpected(settings.error());
  for (const SettingOverride& setting : *settings)
    if (setting.setting.old && !options.no_warnings)
      std::fprintf(stderr, "trc: warning: `%s` is an old name of the setting `%s`\n", setting.key.c_str(),
                   std::string(setting.setting.row->name).c_str());
  script->settings = std::move(*settings);
  return script;
}

/// Needs neither privileges nor a kernel.
int format_file(const Options& options) {
  auto script = read_script(options);
  if (!script) return fail(script.error());
  Diagnostics diagnostics;
  parse(script->sources, script->base, diagnostics, ScriptRole::imported);
  print(diagnostics, *script, !options.no_warnings);
  if (diagnostics.has_errors()) return kFailed;
  auto file = open_output(options.output_file);
  if (!file) return fail(file.error());
  return show(format_script(script->sources, script->base), "script", *file);
}

/// What a script would attach: compiled, but not loaded.
Result<std::string> list_script(const Options& options, const Kernel& kernel) {
  auto script = open_script(options);
  if (!script) return std::unexpected(script.error());
  Diagnostics diagnostics;
  auto program = compile(*script, kernel, options, diagnostics);
  print(diagnostics, *script, !options.no_warnings);
  if (!program) return failure(ErrorKind::invalid, "the script has errors: nothing would be attached");
  return list_probes(program->manifest, kernel, options.verbose);
}

/// Needs no privileges but those that the files of the kernel ask for.
int list(const Options& options) {
  auto kernel = Kernel::open(options.kernel);
  if (!kernel) return fail(kernel.error());
  const bool is_script =
      options.program || options.file == "-" || std::filesystem::is_regular_file(options.file);
  std::string pattern = options.file;
  for (const std::string& word : options.parameters) // `-l struct task_struct`, unquoted
    pattern += " " + word;
  std::vector<std::string> notes;
  auto text = is_script ? list_script(options, *kernel)
                        : list_probes(*kernel, {pattern, options.verbose, options.pid}, notes);
  if (!options.no_warnings)
    for (const std::string& note : notes)
      std::fprintf(stderr, "trc: warning: %s\n", note.c_str());
  if (!text) return fail(text.error());
  auto file = open_output(options.output_file);
  if (!file) return fail(file.error());
  return show(*text, "list", *file);
}

int describe_names(const Options& options) {
  if (options.parameters.empty()) return show(list_describable(), "list");
  std::string text;
  for (const std::string& name : options.parameters) {
    auto entry = describe(name);
    if (!entry) return fail(entry.error());
    text += (text.empty() ? "" : "\n") + *entry;
  }
  return show(text, "entry");
}

int complete(const Options& options) {
  auto text = completion(options.parameters.size() == 1 ? options.parameters.front() : "");
  return text ? show(*text, "completion") : fail(text.error());
}

int run_script(Options options) {
  const bool emits = !options.emit_llvm.empty() || !options.emit_elf.empty();
  const bool helps = asks_for_help(options.script_options);
  const bool runs = options.dumps.empty() && !emits && !helps;
  const bool only_compile = !options.kernel.empty();
  options.shows_progress = runs && !options.dry_run && options.mode == Mode::trace && wants_progress(options);
  if (only_compile && !options.dry_run && runs)
    return fail({ErrorKind::invalid, "a script compiled with --kernel can't be run here",
                 "add `--dry-run` or `-d STAGE`"});
  // Before anything is read or compiled: who can't trace should not have to fix a script first.
  if (!only_compile && runs)
    if (auto allowed = runtime::check_privileges(); !allowed) return fail(allowed.error());

  auto script = open_script(options);
  if (!script) return fail(script.error());
  if (!options.dumps.empty()) return dump_stages(options, *script);

  const auto start = std::chrono::steady_clock::now();
  auto kernel = Kernel::open(options.kernel);
  if (!kernel) return fail(kernel.error());
  if (auto done = check_kernel(options, *kernel); !done) return fail(done.error());
  if (emits) return emit(options, *script, *kernel);
  Diagnostics diagnostics;
  auto program = compile(*script, *kernel, options, diagnostics);
  print(diagnostics, *script, !options.no_warnings);
  if (!program) return kFailed;
  if (helps) return show(script_usage(program->manifest), "help");
  if (auto set = set_script_options(program->manifest, options.script_options); !set)
    return fail(set.error());
  if (options.verbose) {
    const auto spent = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "compiled %zu programs and %zu maps to %zu bytes in %.1f ms\n",
                 program->manifest.programs.size(), program->manifest.maps.size(), program->object.size(),
                 std::chrono::duration<double, std::milli>(spent).count());
  }
  return only_compile ? 0 : run_session(*program, options);
}

} // namespace

void print_error(const Error& error) {
  std::fprintf(stderr, "trc: error: %s\n", error.cause.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "hint: %s\n", error.hint.c_str());
}

int execute(const Options& options) {
  switch (options.command) {
  case Command::help: return show(usage(), "help");
  case Command::version: return show("trc v" TRC_VERSION "\n", "version");
  case Command::format: return format_file(options);
  case Command::list: return list(options);
  case Command::describe: return describe_names(options);
  case Command::completion: return complete(options);
  case Command::run: return run_script(options);
  }
  return kFailed;
}

} // namespace trc
