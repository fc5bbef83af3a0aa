// fentry, fexit: functions of the kernel and its modules by the kernel's trampolines, with the types that BTF
// gives their arguments and results.
#include <algorithm>

#include "base/text.h"
#include "ctypes/btf_types.h"
#include "probes/btf_arguments.h"
#include "probes/btf_modules.h"
#include "probes/fentry/bpf_program.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

// What a trampoline saves: the registers of the calling convention.
constexpr size_t kMostArguments = 6;

struct Kind {
  std::string_view provider;
  ProgramType type;
  bool returns;
};
constexpr Kind kEntry = {"fentry", ProgramType::fentry, false};
constexpr Kind kExit = {"fexit", ProgramType::fexit, true};

/// A function that was found.
struct Function {
  std::string name;
  std::string module; ///< "": the kernel itself
  BtfPrototype prototype;
};

/// Where each argument begins in the context, and behind the last one where they end: there the result is. A
/// struct by value takes as many words as it needs.
std::vector<uint32_t> offsets_of(const Kernel& kernel, const Function& function) {
  std::vector<uint32_t> offsets = {0};
  for (const BtfParameter& parameter : function.prototype.parameters) {
    const uint32_t size = kernel_type(kernel, parameter.type_id, function.module).size;
    const uint32_t words = (size + kContextWord - 1) / kContextWord;
    offsets.push_back(offsets.back() + std::max(words, 1u) * kContextWord);
  }
  return offsets;
}

Result<std::vector<Argument>> arguments_of(const Kernel& kernel, const Function& function) {
  const auto& parameters = function.prototype.parameters;
  if (parameters.size() > kMostArguments)
    return failure(ErrorKind::unsupported, "the function takes more than six arguments",
                   "a `kprobe` can read the first six by `arg0` to `arg5`");
  const auto offsets = offsets_of(kernel, function);
  std::vector<Argument> arguments;
  for (const BtfParameter& parameter : parameters)
    arguments.push_back(word_argument(kernel, parameter, offsets[arguments.size()], function.module));
  return arguments;
}

Argument result_of(const Kernel& kernel, const Function& function) {
  const uint32_t type_id = function.prototype.result_type_id;
  if (type_id == 0)
    return {.name = "retval", .type = {}, .access = {}, .unreadable = "this function returns nothing"};
  const uint32_t offset = offsets_of(kernel, function).back();
  Argument result = word_argument(kernel, {"retval", type_id}, offset, function.module);
  // It may be an error in the form of a pointer.
  result.access.is_trusted = false;
  return result;
}

/// `prefix`: the module as the attach point names it, and a colon.
Match match_of(const Kernel& kernel, const Kind& kind, const std::string& prefix, Function function) {
  Match match;
  match.name = std::string(kind.provider) + ":" + prefix + function.name;
  match.type = kind.type;
  match.attach_btf_id = function.prototype.function_id;
  match.attach_module = function.module;
  match.attach = {.provider = std::string(kind.provider), .target = function.name, .value = 0};
  match.pointers = AddressSpace::kernel;
  match.function = FunctionAddress::helper;
  if (kind.returns)
    match.read_results = [&kernel, function](Match& it) { it.result = result_of(kernel, function); };
  match.arguments = [&kernel, function = std::move(function)] { return arguments_of(kernel, function); };
  return match;
}

/// What stands before a function's name in the probe's: its module, where that is named or no other tells it.
std::string prefix_of(const std::string& module, bool is_named) {
  if (!module.empty()) return module + ":";
  return is_named ? std::string(kKernelItself) + ":" : "";
}

/// An attach point in its parts.
struct Target {
  const AttachPointText& point;
  const Part* module; ///< null: none is named
  const Part& function;

  std::string_view module_pattern() const { return module ? std::string_view(module->text) : "*"; }
};

void report_missing(const Target& target, const ResolveContext& context) {
  std::vector<std::string> names;
  for (const ModuleBtf& in : btf_of_modules(context.kernel, target.module_pattern()))
    for (const Btf::Named& named : in.btf->with_prefix("", BTF_KIND_FUNC))
      names.emplace_back(named.name);
  if (names.empty())
    return context.diagnostics.report(DiagnosticId::no_match, target.module->span, target.point.whole,
                                      "no module of that name is loaded, or it has no BTF");
  std::string hint = did_you_mean(target.function.text, names);
  if (hint.empty()) hint = "BTF does not know it; a `kprobe` may still reach it";
  context.diagnostics.report(DiagnosticId::unknown_kernel_function, target.function.span,
                             target.function.text, hint);
}

/// A name without wildcards. Modules are only looked into for what the kernel itself has not.
void resolve_one(const Kind& kind, const Target& target, const ResolveContext& context,
                 std::vector<Match>& matches) {
  const Kernel& kernel = context.kernel;
  const std::string& name = target.function.text;
  if (glob_match(target.module_pattern(), kKernelItself))
    if (auto known = kernel.prototype(name))
      return matches.push_back(
          match_of(kernel, kind, prefix_of("", target.module != nullptr), {name, "", std::move(*known)}));
  std::vector<Function> found;
  for (const ModuleBtf& in : btf_of_modules(kernel, target.module_pattern()))
    if (auto known = prototype(*in.btf, name)) found.push_back({name, in.module, std::move(*known)});
  if (found.empty()) return report_missing(target, context);
  if (found.size() > 1 && !target.module) {
    std::string modules;
    for (const Function& function : found)
      modules += (modules.empty() ? "`" : ", `") + function.module + "`";
    return report_bad_part(
        target.point, target.function, context, "several modules have a function of that name: " + modules,
        "name one: `" + std::string(kind.provider) + ":" + found.front().module + ":" + name + "`");
  }
  for (Function& function : found) {
    const std::string prefix = prefix_of(function.module, true);
    matches.push_back(match_of(kernel, kind, prefix, std::move(function)));
  }
}

void resolve_wildcard(const Kind& kind, const Target& target, const ResolveContext& context,
                      std::vector<Match>& matches) {
  const std::string_view pattern = target.function.text;
  const std::string_view start = pattern.substr(0, pattern.find('*'));
  const size_t before = matches.size();
  for (const ModuleBtf& in : btf_of_modules(context.kernel, target.module_pattern())) {
    const size_t first = matches.size();
    for (const Btf::Named& named : in.btf->with_prefix(start, BTF_KIND_FUNC)) {
      auto known = glob_match(pattern, named.name) ? prototype_of(*in.btf, named.id) : std::nullopt;
      if (!known) continue;
      matches.push_back(match_of(context.kernel, kind, prefix_of(in.module, target.module != nullptr),
                                 {std::string(named.name), in.module, std::move(*known)}));
    }
    std::sort(matches.begin() + static_cast<ptrdiff_t>(first), matches.end(),
              [](const Match& a, const Match& b) { return a.name < b.name; });
  }
  if (matches.size() == before)
    context.diagnostics.report(DiagnosticId::no_match, target.point.span, target.point.whole,
                               "`trc -l '" + std::string(kind.provider) + ":*'` lists the functions");
}

void resolve_kind(const Kind& kind, const AttachPointText& point, const ResolveContext& context,
                  std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (resolve_bpf_program(kind.type, point, context, matches)) return;
  if (parts.empty() || parts.size() > 2 || parts.front().text.empty() || parts.back().text.empty())
    return report_bad_form(point, context);
  if (!context.kernel.has_btf())
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "BTF at /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)",
                                      "a `kprobe` works without it");
  const Target target = {
      .point = point, .module = parts.size() == 2 ? &parts[0] : nullptr, .function = parts.back()};
  const bool is_pattern =
      has_wildcard(target.function.text) || (target.module && has_wildcard(parts[0].text));
  if (is_pattern)
    resolve_wildcard(kind, target, context, matches);
  else
    resolve_one(kind, target, context, matches);
}

} // namespace

void resolve_fentry(const AttachPointText& point, const ResolveContext& context,
                    std::vector<Match>& matches) {
  resolve_kind(kEntry, point, context, matches);
}

void resolve_fexit(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  resolve_kind(kExit, point, context, matches);
}

} // namespace trc::probes
