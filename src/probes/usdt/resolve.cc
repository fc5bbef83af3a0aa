// usdt: the static probes that programs and libraries were built with.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lang/planned.h"
#include "probes/report.h"
#include "probes/usdt/arguments.h"
#include "probes/user_target.h"
#include "symbols/elf_functions.h"
#include "symbols/usdt_notes.h"

namespace trc::probes {
namespace {

using symbols::UsdtNote;

/// An attach point in its parts.
struct Wanted {
  const AttachPointText& point;
  Part file;
  std::string provider = "*";
  Part name;
};

/// `usdt:FILE:PROVIDER:NAME`, `usdt:FILE:NAME`; without a file where the process tells it.
std::optional<Wanted> read_point(const AttachPointText& point, const ResolveContext& context) {
  const auto& parts = point.parts;
  Wanted wanted = {.point = point, .file = {}, .name = {}};
  const bool has_process = context.pid || !context.command.empty();
  if (parts.size() == 1 && has_process) {
    wanted.file.span = point.span;
    wanted.name = parts[0];
  } else if (parts.size() == 2 || parts.size() == 3) {
    wanted.file = parts[0];
    wanted.name = parts.back();
    if (parts.size() == 3) wanted.provider = parts[1].text;
  }
  if (!wanted.name.text.empty() && !wanted.provider.empty()) return wanted;
  report_bad_form(point, context,
                  parts.size() == 1 ? "without a file only with `-p PID` or `-c COMMAND`" : "");
  return {};
}

/// A variable's distance from the probe's own instruction.
std::optional<int64_t> distance_of(const std::string& path, uint64_t from, std::string_view symbol,
                                   const Kernel& kernel) {
  auto file = open_target(path, kernel);
  if (!file) return {};
  const auto found = symbols::find_symbol(file->elf, symbol);
  if (!found) return {};
  return static_cast<int64_t>(found->address - from);
}

Match match_of(const UsdtNote& note, const UserFile& file, const ResolveContext& context) {
  const std::string& path = file.path;
  Match match = user_match(context, "usdt");
  match.name = "usdt:" + path + ":" + note.provider + ":" + note.name;
  match.attach.target = file.file;
  match.attach.value = file.base + note.offset;
  match.attach.semaphore = note.semaphore == 0 ? 0 : file.base + note.semaphore;
  match.file_address = note.address;
  // Places of one probe have arguments of their own: where the script uses them, each form gets a program.
  match.read_results = [note, path, &kernel = context.kernel](Match& into) {
    into.located = read_usdt_arguments(note.arguments, [&](std::string_view symbol) {
      return distance_of(path, note.address, symbol, kernel);
    });
  };
  return match;
}

void report_missing(const Wanted& wanted, const std::vector<UsdtNote>& notes, const std::string& path,
                    const ResolveContext& context) {
  std::vector<std::string> names;
  for (const UsdtNote& note : notes)
    names.push_back(note.name);
  const std::string whole = (wanted.provider == "*" ? "" : wanted.provider + ":") + wanted.name.text;
  std::string hint = did_you_mean(wanted.name.text, names);
  const auto known = std::ranges::find(notes, wanted.name.text, &UsdtNote::name);
  if (known != notes.end()) hint = "its provider is called `" + known->provider + "`";
  if (notes.empty()) hint = "it was built without any";
  context.diagnostics.report(DiagnosticId::unknown_usdt, wanted.name.span, path, whole, hint);
}

} // namespace

void resolve_usdt(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  auto wanted = read_point(point, context);
  if (!wanted) return;
  if (!context.kernel.has_event_source("uprobe"))
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "uprobes (CONFIG_UPROBE_EVENTS)", "");
  // Of a process all files are looked through: libraries have probes as well.
  const bool is_any_file = wanted->file.text.empty() && context.pid;
  auto paths = find_targets(is_any_file ? "*" : wanted->file.text, user_context(context));
  if (!paths) return report_no_target(point, wanted->file, paths.error(), context);
  const size_t before = matches.size();
  for (const std::string& path : *paths) {
    auto file = open_target(path, context.kernel);
    if (!file && paths->size() == 1) return report_no_target(point, wanted->file, file.error(), context);
    if (!file) continue;
    const auto notes = symbols::read_usdt_notes(file->elf);
    for (const UsdtNote& note : notes)
      if (glob_match(wanted->provider, note.provider) && glob_match(wanted->name.text, note.name))
        matches.push_back(match_of(note, *file, context));
    if (matches.size() == before && paths->size() == 1) return report_missing(*wanted, notes, path, context);
  }
  if (matches.size() == before)
    report_missing(*wanted, {}, wanted->file.text.empty() ? "the process" : wanted->file.text, context);
}

} // namespace trc::probes
