#include "driver/pipeline.h"
#include "dwarf/debug_info.h"

#include <filesystem>
#include <unistd.h>

#include "base/text.h"
#include "codegen/generate.h"
#include "ctypes/btf_types.h"
#include "ctypes/c_definitions.h"
#include "driver/imports.h"
#include "driver/trial_mode.h"
#include "kernel/files.h"
#include "lexer/lexer.h"
#include "library/library.h"
#include "parser/ast_dump.h"
#include "parser/parser.h"
#include "runtime/processes.h"
#include "semantic/analyze.h"
#include "semantic/config.h"

namespace trc {
namespace {

std::optional<ProcessFields> process_fields(const Kernel& kernel) {
  auto offset = [&](const char* member) { return kernel.member_offset("task_struct", member); };
  const auto thread = offset("pid"), process = offset("tgid"), start = offset("start_time");
  if (!thread || !process || !start) return {};
  return ProcessFields{.thread = *thread, .process = *process, .start = *start};
}

CodegenOptions codegen_options(const Script& script, const Kernel& kernel, const Options& options) {
  CodegenOptions result = {.sources = script.sources,
                           .source = script.base,
                           .cpus = kernel.possible_cpus(),
                           .pid_namespace = {},
                           .counts_events = options.shows_progress,
                           .counts_failures = options.runtime_warnings,
                           .pid = options.pid,
                           .follow = options.follow ? process_fields(kernel) : std::nullopt};
  if (auto space = kernel.own_pid_namespace()) result.pid_namespace = {space->device, space->inode};
  return result;
}

/// The tree with all that belongs to it: imports, and what it uses of the library. Nothing after an error.
std::optional<ast::Program> read_tree(Script& script, Diagnostics& diagnostics) {
  ast::Program tree = parse(script.sources, script.base, diagnostics);
  if (!diagnostics.has_errors()) read_imports(tree, script.sources, diagnostics);
  if (!diagnostics.has_errors()) add_library(tree, script.sources, diagnostics);
  if (diagnostics.has_errors()) return {};
  return tree;
}

/// The types and names that the script's C text defines; null where it has none.
std::shared_ptr<const CDefinitions> read_definitions(const ast::Program& tree, const Script& script,
                                                     const Kernel& kernel, const Options& options,
                                                     std::shared_ptr<const TypeSource> known,
                                                     Diagnostics& diagnostics) {
  if (tree.c_texts.empty() && options.includes.empty()) return nullptr;
  CInput input = {.includes = options.includes,
                  .include_paths = options.include_paths,
                  .script_directory = std::filesystem::path(options.file).parent_path().string(),
                  .has_btf = kernel.has_btf(),
                  .kernel = std::move(known)};
  for (const ast::CText& text : tree.c_texts)
    input.texts.push_back(text.span);
  return read_c_definitions(input, script.sources, diagnostics);
}

/// The file of -c's command; "" where there is none, which starting it will report.
std::string command_file(const Options& options) {
  if (options.child.empty()) return {};
  return runtime::find_program(options.child.front()).value_or("");
}

std::optional<typed::Program> parse_and_analyze(Script& script, const Kernel& kernel, const Options& options,
                                                Diagnostics& diagnostics) {
  std::optional<typed::Program> program;
  if (const auto tree = read_tree(script, diagnostics)) {
    AnalysisOptions analysis = {.parameters = options.parameters,
                                .settings = {},
                                .unsafe = options.unsafe,
                                .sources = &script.sources,
                                .kernel_types = kernel_types(kernel),
                                .programs = std::make_shared<dwarf::Programs>(),
                                .pid = options.pid,
                                .command = command_file(options)};
    read_config(*tree, analysis.settings, diagnostics);
    for (const SettingOverride& by : script.settings)
      (void)set(analysis.settings, by.setting, by.value); // checked when it was read
    analysis.definitions =
        read_definitions(*tree, script, kernel, options, analysis.kernel_types, diagnostics);
    program = analyze(*tree, kernel, analysis, diagnostics);
    if (program) keep_purpose(*program, options, diagnostics);
    if (diagnostics.has_errors()) program.reset();
  }
  diagnostics.sort_by_place();
  return program;
}

using Dump = std::string (*)(const Script&, const Options&, const typed::Program&, const Kernel&);

std::string code(const Script& s, const Options& o, const typed::Program& p, const Kernel& k, CodeForm form) {
  return dump_code(p, codegen_options(s, k, o), form);
}

/// The stages from `typed` on: those that need a kernel.
constexpr std::pair<std::string_view, Dump> kTypedDumps[] = {
    {"typed", [](const Script&, const Options&, const typed::Program& p, const Kernel&) { return dump(p); }},
    {"llvm", [](const Script& s, const Options& o, const typed::Program& p,
                const Kernel& k) { return code(s, o, p, k, CodeForm::llvm); }},
    {"llvm-opt", [](const Script& s, const Options& o, const typed::Program& p,
                    const Kernel& k) { return code(s, o, p, k, CodeForm::llvm_opt); }},
    {"asm", [](const Script& s, const Options& o, const typed::Program& p,
               const Kernel& k) { return code(s, o, p, k, CodeForm::assembly); }},
    {"manifest", [](const Script& s, const Options& o, const typed::Program& p,
                    const Kernel& k) { return to_json(generate(p, codegen_options(s, k, o)).manifest); }},
};

} // namespace

Result<void> check_kernel(const Options& options, const Kernel& kernel) {
  if (!options.follow || process_fields(kernel)) return {};
  return failure(ErrorKind::unsupported, "--follow needs the kernel's BTF, to tell processes from threads",
                 "this kernel has none at /sys/kernel/btf/vmlinux; without --follow its threads are traced");
}

Result<Script> read_script(const Options& options) {
  const bool is_file = !options.program && options.file != "-";
  Result<std::string> text;
  if (options.program)
    text = *options.program;
  else
    text = is_file ? read_file(options.file) : read_all(STDIN_FILENO, "the script from standard input");
  if (!text && is_file && options.file.find('{') != std::string::npos)
    text.error().hint = "a program text goes behind -e";
  if (!text) return std::unexpected(text.error());
  if (text->starts_with("\x7f"
                        "ELF"))
    return failure(ErrorKind::invalid, "`" + options.file + "` is a program for the machine, not a script");
  if (text->starts_with("\xef\xbb\xbf")) text->erase(0, 3); // the byte order mark of some editors
  Script script;
  script.base = script.sources.add(is_file ? options.file : "stdin", std::move(*text));
  return script;
}

std::optional<CompiledProgram> compile(Script& script, const Kernel& kernel, const Options& options,
                                       Diagnostics& diagnostics) {
  auto program = parse_and_analyze(script, kernel, options, diagnostics);
  if (!program) return {};
  return generate(*program, codegen_options(script, kernel, options));
}

Result<std::string> dump_stage(const std::string& stage, Script& script, const Options& options,
                               Diagnostics& diagnostics) {
  if (stage == "tokens") return dump_tokens(script.sources, script.base, diagnostics);
  if (stage == "ast") return dump(parse(script.sources, script.base, diagnostics), script.sources);
  for (const auto& [name, dump] : kTypedDumps) {
    if (name != stage) continue;
    auto kernel = Kernel::open(options.kernel);
    if (!kernel) return std::unexpected(kernel.error());
    if (auto done = check_kernel(options, *kernel); !done) return std::unexpected(done.error());
    auto program = parse_and_analyze(script, *kernel, options, diagnostics);
    return program ? dump(script, options, *program, *kernel) : std::string();
  }
  std::vector<std::string> names = {"tokens", "ast"};
  for (const auto& [name, dump] : kTypedDumps)
    names.emplace_back(name);
  std::string hint = "the stages are";
  for (const std::string& name : names)
    hint += " `" + name + "`";
  return failure(ErrorKind::invalid, "`" + stage + "` is not a stage", hint);
}

} // namespace trc
