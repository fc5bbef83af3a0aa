// uprobe, uretprobe: functions of programs and libraries, as they begin and return, and single instructions.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <set>
#include <unistd.h>

#include "base/text.h"
#include "lang/planned.h"
#include "probes/registers.h"
#include "probes/report.h"
#include "probes/uprobe/arguments.h"
#include "probes/uprobe/names.h"
#include "probes/user_target.h"
#include "symbols/elf_functions.h"
#include "symbols/elf_symbols.h"

namespace trc::probes {
namespace {

using symbols::ElfFunction;

struct Kind {
  std::string_view provider;
  bool returns;
};
constexpr Kind kEntry = {"uprobe", false}, kReturn = {"uretprobe", true};

/// An attach point in its parts.
struct Wanted {
  const AttachPointText& point;
  Part file;
  Part function;
  bool is_demangled = false; ///< `cpp:`: the name is as the source has it
  uint64_t offset = 0;       ///< behind the function's beginning
  /// `FILE@SOURCE:LINE:COLUMN`, where `function` is the line. The column is 0 if there is none.
  std::optional<Part> source = {};
  uint32_t line = 0, column = 0;
};

std::string hexadecimal(uint64_t number) {
  char text[20];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%#" PRIx64, number))};
}

/// `uprobe:FILE@SOURCE:LINE`, with a column or without.
std::optional<Wanted> read_line(const AttachPointText& point, const ResolveContext& context) {
  const auto& parts = point.parts;
  if (parts.size() < 2 || parts.size() > 3) {
    report_bad_form(point, context,
                    "a place in the source is `FILE@SOURCE:LINE` or `FILE@SOURCE:LINE:COLUMN`");
    return {};
  }
  Wanted wanted = {.point = point, .file = parts[0], .function = parts[1]};
  const size_t at = parts[0].text.find('@');
  wanted.source = Part{.text = parts[0].text.substr(at + 1), .span = parts[0].span};
  wanted.file.text.resize(at);
  auto line = read_number(point, parts[1], context, "the number of a line");
  auto column = parts.size() == 3 ? read_number(point, parts[2], context, "the number of a column")
                                  : std::optional<uint64_t>(0);
  if (!line || !column) return {};
  wanted.line = static_cast<uint32_t>(std::min<uint64_t>(*line, UINT32_MAX));
  wanted.column = static_cast<uint32_t>(std::min<uint64_t>(*column, UINT32_MAX));
  return wanted;
}

/// `uprobe:FILE:FUNCTION`, `uprobe:FILE:cpp:FUNCTION`; `uprobe:FUNCTION` where the process tells the file.
std::optional<Wanted> read_point(const AttachPointText& point, const ResolveContext& context) {
  const auto& parts = point.parts;
  auto bad = [&](std::string hint) {
    report_bad_form(point, context, std::move(hint));
    return std::nullopt;
  };
  const bool has_process = context.pid || !context.command.empty();
  if (!parts.empty() && parts[0].text.contains('@')) return read_line(point, context);
  Wanted wanted = {.point = point, .file = {}, .function = {}};
  // `ns::f` without quotes falls apart at its colons.
  const bool has_scopes = std::ranges::any_of(parts, [](const Part& part) { return part.text.empty(); });
  if (parts.size() == 1 && has_process) {
    wanted.file.span = wanted.point.span;
    wanted.function = parts[0];
  } else if (parts.size() == 2) {
    wanted.file = parts[0];
    wanted.function = parts[1];
  } else if (parts.size() == 3 && parts[1].text == "cpp") {
    wanted.file = parts[0];
    wanted.function = parts[2];
    wanted.is_demangled = true;
  } else if (parts.size() > 3 && has_scopes) {
    const size_t first = parts[1].text == "cpp" ? 2 : 1;
    wanted.file = parts[0];
    wanted.function = {.text = parts[first].text, .span = {parts[first].span.begin, parts.back().span.end}};
    for (size_t i = first + 1; i < parts.size(); ++i)
      wanted.function.text += ":" + parts[i].text;
    wanted.is_demangled = true;
  } else if (parts.size() > 3) {
    return bad("a name with colons stands in quotes: `cpp:\"ns::function\"`");
  } else {
    return bad(parts.size() == 1 ? "without a file only with `-p PID` or `-c COMMAND`" : "");
  }
  if (wanted.function.text.empty()) return bad("`*` stands for all functions");
  if (wanted.function.text.find_first_of(":(") != std::string::npos) wanted.is_demangled = true;
  return wanted;
}

/// Takes `+16` or `+0x10` off a function's name. False, and a diagnostic, if it can't be.
bool take_offset(const Kind& kind, Wanted& wanted, const ResolveContext& context) {
  std::string& name = wanted.function.text;
  const size_t plus = name.rfind('+');
  if (plus == name.npos || plus == 0 || wanted.is_demangled || wanted.source) return true;
  std::string_view digits = std::string_view(name).substr(plus + 1);
  const bool is_hexadecimal = digits.starts_with("0x");
  if (is_hexadecimal) digits.remove_prefix(2);
  auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), wanted.offset, is_hexadecimal ? 16 : 10);
  std::string hint;
  if (error != std::errc() || end != digits.data() + digits.size())
    hint = "an offset is a number of bytes: `+16`, `+0x10`";
  else if (wanted.offset > 0 && kind.returns)
    hint = "a function returns where it was called: there is no offset";
  else if (wanted.offset > 0 && has_wildcard(name))
    hint = "an offset goes with the name of one function";
  if (!hint.empty()) report_bad_form(wanted.point, context, hint);
  name.resize(plus);
  return hint.empty();
}

Match match_at(const Kind& kind, const ResolveContext& context, const UserFile& file, const std::string& name,
               const std::string& function, uint64_t offset) {
  Match match = user_match(context, kind.provider);
  match.name = std::string(kind.provider) + ":" + file.path + ":" + name;
  match.attach.target = file.file;
  match.attach.value = file.base + offset;
  match.file_address = file.elf.address_of(offset);
  match.function = FunctionAddress::named;
  match.function_name = function;
  if (kind.returns) {
    match.result = result_register();
    return match;
  }
  match.positional = argument_registers();
  if (context.programs) {
    context.programs->add(file.path, context.kernel.root());
    match.arguments = [programs = context.programs, path = file.path, root = context.kernel.root(),
                       address = *match.file_address] {
      return function_arguments(programs->open(path, root), address, path);
    };
  }
  return match;
}

/// Whether an AVX instruction begins at a place of the file. The kernel (6.18 and before, arch/x86/kernel/
/// uprobes.c) looks at an instruction's opcode without its VEX or EVEX prefix: it refuses most, and takes
/// some for jumps (`vpbroadcastb` for `jp`), so that the traced program goes astray.
bool is_misread(const UserFile& file, uint64_t offset) {
  constexpr std::string_view kBefore = "\x64\x65\x67", kAvx = "\xc4\xc5\x62";
  std::array<char, 3> bytes = {};
  if (::pread(file.fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(file.base + offset)) < 1)
    return false;
  const auto first = std::ranges::find_if(bytes, [&](char c) { return kBefore.find(c) == kBefore.npos; });
  return first != bytes.end() && kAvx.find(*first) != kAvx.npos;
}

/// False, and a diagnostic, if one place that was named can't be probed.
bool allow_instruction(const Wanted& wanted, const UserFile& file, uint64_t offset,
                       const ResolveContext& context) {
  if (context.unsafe || !is_misread(file, offset)) return true;
  report_bad_part(
      wanted.point, wanted.function, context,
      "the kernel may take the AVX instruction there for another one, and the program would go wrong",
      "`--unsafe` allows it all the same");
  return false;
}

/// Those that a pattern fits, but can't be probed.
void leave_out_misread(const Wanted& wanted, const UserFile& file, std::vector<ElfFunction>& functions,
                       const ResolveContext& context) {
  if (context.unsafe) return;
  const size_t count =
      std::erase_if(functions, [&](const ElfFunction& one) { return is_misread(file, one.offset); });
  if (count == 0) return;
  context.diagnostics.report(
      DiagnosticId::places_left_out, wanted.point.span, wanted.point.whole,
      std::to_string(count) + (count == 1 ? " function that begins" : " functions that begin") +
          " with an AVX instruction",
      "the kernel takes some of these for jumps, and the program would go wrong; `--unsafe` probes them all "
      "the same");
}

/// Whether a probe may be there that doesn't sit on a function's beginning.
bool allow_inside(const Wanted& wanted, const ElfFunction& function, uint64_t offset,
                  const ResolveContext& context) {
  if (context.unsafe || offset == 0) return true;
  if (function.size > 0 && offset >= function.size)
    report_bad_part(wanted.point, wanted.function, context,
                    "the function has but " + std::to_string(function.size) + " bytes",
                    "`--unsafe` allows it all the same");
  else
    report_bad_part(wanted.point, wanted.function, context,
                    "trc can't tell whether an instruction begins there, and a probe inside of one breaks "
                    "the program",
                    "look with `objdump -d`, then insist with `--unsafe`");
  return false;
}

/// `uprobe:FILE:0x1234`: an address that the file itself uses, as `nm` and `objdump` print it. False if the
/// text is no address.
bool resolve_address(const Kind& kind, const Wanted& wanted, UserFile& file, const ResolveContext& context,
                     std::vector<Match>& matches) {
  if (!std::isdigit(static_cast<unsigned char>(wanted.function.text.front()))) return false;
  auto address =
      read_number(wanted.point, wanted.function, context, "a function, or an address as `nm` prints it");
  if (!address) return true;
  const auto offset = file.elf.offset_of(*address);
  const auto around = symbols::function_around(file.elf, *address);
  if (!offset || (!around && !context.unsafe))
    report_bad_part(wanted.point, wanted.function, context,
                    offset ? "no function of `" + file.path + "` is known to be there"
                           : "nothing of `" + file.path + "` is loaded there",
                    offset ? "`--unsafe` allows it all the same" : "addresses are those that `nm` prints");
  else if ((!around || allow_inside(wanted, *around, *address - around->address, context)) &&
           allow_instruction(wanted, file, *offset, context))
    matches.push_back(match_at(kind, context, file, hexadecimal(*address),
                               around ? around->name : hexadecimal(*address), *offset));
  return true;
}

/// "it has `f@@V2` `f@V1`": the versions of a function.
std::string versions_of(const std::string& function, UserFile& file) {
  std::set<std::string> known;
  file.elf.for_each_symbol(
      [&](const symbols::ElfSymbol& one) {
        if (symbols::is_code(one.symbol) && *one.version != '\0' && function == one.name)
          known.insert(function + (one.is_default ? "@@" : "@") + one.version);
      },
      true);
  std::string text;
  for (const std::string& one : known)
    text += (text.empty() ? "it has `" : " `") + one + "`";
  return text;
}

void report_missing(const Wanted& wanted, UserFile& file, const ResolveContext& context) {
  const std::string& name = wanted.function.text;
  std::vector<std::string> names;
  bool is_imported = false;
  file.elf.for_each_symbol([&](const symbols::ElfSymbol& one) {
    if (symbols::is_code(one.symbol))
      names.push_back(wanted.is_demangled ? base_of(symbols::demangle(one.name)) : one.name);
    else
      is_imported |= one.symbol.st_shndx == SHN_UNDEF && name == one.name;
  });
  std::string hint = did_you_mean(name, names);
  if (names.empty()) hint = "it names no functions at all: it was stripped, and its symbols are nowhere else";
  if (name.contains('@')) hint = versions_of(name.substr(0, name.find('@')), file);
  if (is_imported) {
    hint = "it calls that in a library:";
    for (const std::string& library : file.elf.needed_libraries())
      hint += " `" + library + "`";
  }
  context.diagnostics.report(DiagnosticId::unknown_user_function, wanted.function.span, file.path, name,
                             hint);
}

/// Several names for one place are one probe, by the name that people use.
void drop_aliases(std::vector<ElfFunction>& functions) {
  std::set<uint64_t> seen;
  std::erase_if(functions, [&](const ElfFunction& one) { return !seen.insert(one.address).second; });
}

std::vector<ElfFunction> wanted_functions(const Wanted& wanted, UserFile& file) {
  const std::string& text = wanted.function.text;
  const bool is_pattern = has_wildcard(text);
  std::vector<ElfFunction> found;
  if (wanted.is_demangled) {
    const NamePattern pattern(text);
    found = symbols::find_functions(file.elf, [&](std::string_view name) { return pattern.fits(name); });
  } else if (is_pattern) {
    found = symbols::find_functions(file.elf, [&](std::string_view name) { return glob_match(text, name); });
    // A place in code that is not called a function may be anything: data, the middle of one.
    std::erase_if(found, [](const ElfFunction& one) { return !one.is_typed; });
  } else {
    found = symbols::find_functions(
        file.elf, [&](std::string_view name) { return name == text; }, text.contains('@'));
  }
  if (is_pattern || wanted.is_demangled) drop_aliases(found);
  return found;
}

/// "lines with code near it are 12 and 15"; "" if there are none.
std::string lines_near(const std::vector<uint32_t>& lines, uint32_t wanted) {
  auto next = std::ranges::upper_bound(lines, wanted);
  std::string text;
  if (next != lines.begin()) text = std::to_string(*std::prev(next));
  if (next != lines.end()) text += (text.empty() ? "" : "` and `") + std::to_string(*next);
  return text.empty() ? "" : "the lines with code next to it are `" + text + "`";
}

/// Each place where the line begins: functions that were inlined have several.
void resolve_line(const Kind& kind, const Wanted& wanted, UserFile& file, const ResolveContext& context,
                  std::vector<Match>& matches) {
  auto bad = [&](const std::string& cause, const std::string& hint) {
    report_bad_part(wanted.point, wanted.function, context, cause, hint);
  };
  if (kind.returns) return bad("a line does not return", "`uretprobe` takes a function");
  const dwarf::DebugInfo* info =
      context.programs ? context.programs->open(file.path, context.kernel.root()) : nullptr;
  if (info == nullptr)
    return bad("`" + file.path + "` has no debug information, nor is there any elsewhere",
               "it comes with `-g`, or in packages called `-dbg` or `-dbgsym`");
  const auto places = info->line(wanted.source->text, wanted.line, wanted.column);
  if (places.empty()) {
    const auto lines = info->lines_with_code(wanted.source->text);
    return bad(lines.empty() ? "no code of `" + file.path + "` comes from a file of that name"
                             : "no statement begins there",
               lines_near(lines, wanted.line));
  }
  for (const dwarf::LineAddress& place : places) {
    const auto offset = file.elf.offset_of(place.address);
    const auto around = symbols::function_around(file.elf, place.address);
    if (!offset || !allow_instruction(wanted, file, *offset, context)) continue;
    Match match =
        match_at(kind, context, file, {}, around ? around->name : hexadecimal(place.address), *offset);
    match.name =
        std::string(kind.provider) + ":" + file.path + "@" + wanted.source->text + ":" + wanted.function.text;
    if (wanted.column != 0) match.name += ":" + std::to_string(wanted.column);
    matches.push_back(std::move(match));
  }
}

void resolve_in(const Kind& kind, const Wanted& wanted, UserFile& file, const ResolveContext& context,
                std::vector<Match>& matches) {
  if (wanted.source) return resolve_line(kind, wanted, file, context, matches);
  if (resolve_address(kind, wanted, file, context, matches)) return;
  if (kind.returns && file.is_go() && !context.unsafe)
    return context.diagnostics.report(DiagnosticId::go_return, wanted.file.span, file.path);
  const bool is_pattern = has_wildcard(wanted.function.text);
  auto functions = wanted_functions(wanted, file);
  if (is_pattern || functions.size() > 1) leave_out_misread(wanted, file, functions, context);
  for (const ElfFunction& one : functions) {
    if (one.is_indirect && !is_pattern)
      context.diagnostics.report(DiagnosticId::resolver_probed, wanted.function.span, one.name, file.path,
                                 "what it chooses from is called `__" + one.name +
                                     "_…`, where the file names it: try `uprobe:FILE:__" + one.name + "_*`");
    if (!allow_inside(wanted, one, wanted.offset, context) ||
        !allow_instruction(wanted, file, one.offset + wanted.offset, context))
      return;
    std::string name = wanted.is_demangled ? "cpp:\"" + symbols::demangle(one.name) + "\"" : one.name;
    if (wanted.offset > 0) name += "+" + std::to_string(wanted.offset);
    matches.push_back(match_at(kind, context, file, name, one.name, one.offset + wanted.offset));
  }
}

void resolve_kind(const Kind& kind, const AttachPointText& point, const ResolveContext& context,
                  std::vector<Match>& matches) {
  auto wanted = read_point(point, context);
  if (!wanted || !take_offset(kind, *wanted, context)) return;
  if (!context.kernel.has_event_source("uprobe"))
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "uprobes (CONFIG_UPROBE_EVENTS)", "");
  auto paths = find_targets(wanted->file.text, user_context(context));
  if (!paths) return report_no_target(point, wanted->file, paths.error(), context);
  const bool is_one = paths->size() == 1;
  const size_t before = matches.size();
  const size_t mistakes = context.diagnostics.list().size();
  for (const std::string& path : *paths) {
    auto file = open_target(path, context.kernel);
    if (!file && is_one) return report_no_target(point, wanted->file, file.error(), context);
    if (!file) continue;
    resolve_in(kind, *wanted, *file, context, matches);
    const bool has_said = matches.size() > before || context.diagnostics.list().size() > mistakes;
    if (is_one && !has_said) return report_missing(*wanted, *file, context);
  }
  if (matches.size() == before && context.diagnostics.list().size() == mistakes)
    context.diagnostics.report(DiagnosticId::unknown_user_function, wanted->function.span, wanted->file.text,
                               wanted->function.text, "");
}

} // namespace

void resolve_uprobe(const AttachPointText& point, const ResolveContext& context,
                    std::vector<Match>& matches) {
  resolve_kind(kEntry, point, context, matches);
}

void resolve_uretprobe(const AttachPointText& point, const ResolveContext& context,
                       std::vector<Match>& matches) {
  resolve_kind(kReturn, point, context, matches);
}

} // namespace trc::probes
