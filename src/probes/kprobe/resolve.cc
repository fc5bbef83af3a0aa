// kprobe, kretprobe: functions of the kernel, as they begin and return, and single instructions.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <optional>

#include "base/text.h"
#include "ctypes/btf_types.h"
#include "kernel/btf.h"
#include "probes/btf_arguments.h"
#include "probes/contexts.h"
#include "probes/provider.h"
#include "probes/registers.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

struct Kind {
  std::string_view provider;
  bool returns;
};
constexpr Kind kEntry = {"kprobe", false}, kReturn = {"kretprobe", true};

// What a wildcard must not touch: a probe on one of these can stop the machine, or fires in the midst of
// every other.
constexpr std::string_view kNeverByWildcard[] = {"arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func",
                                                 "*rcu_*", "__ftrace_invalid_address__*"};

/// An attach point in its parts.
struct Target {
  const AttachPointText& point;
  Part module; ///< text empty: any
  Part function;
  uint64_t offset = 0;
};

std::string hexadecimal(uint64_t number) {
  char text[20];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%#" PRIx64, number))};
}

/// `shown`: the module as the probe's name has it, "" for none; `module`: the one where the function is.
Match match_of(const Kind& kind, const Target& target, const std::string& function, const std::string& shown,
               const std::string& module) {
  Match match;
  const bool is_address = function.empty();
  const std::string place = is_address          ? hexadecimal(target.offset)
                            : target.offset > 0 ? "+" + std::to_string(target.offset)
                                                : "";
  match.name = std::string(kind.provider) + ":" + (shown.empty() ? "" : shown + ":") + function + place;
  match.type = ProgramType::kprobe;
  const bool is_elsewhere = !module.empty() && module != kKernelItself;
  match.attach = {.provider = std::string(kind.provider),
                  .target = (is_elsewhere ? module + ":" : "") + function,
                  .value = target.offset};
  match.has_cookie = true;
  match.pointers = AddressSpace::kernel;
  match.context = register_context();
  match.function = kind.returns ? FunctionAddress::helper : FunctionAddress::instruction_pointer;
  if (kind.returns)
    match.result = result_register();
  else
    match.positional = argument_registers();
  return match;
}

/// The same by the function's trampoline. Not where a kprobe would see more (copies of the function), or
/// refuse (several functions of that name), nor for arguments that BTF does not know, or that are narrower
/// than a register: kernels before 6.6 hand on only as much of it.
std::optional<Match> on_trampoline(const Kernel& kernel, const Match& kprobe,
                                   const std::set<size_t>& arguments) {
  constexpr size_t kMostArguments = 6;
  // bpf_get_func_arg, which gives the bare words, since Linux 5.17.
  if (kernel.version() < KernelVersion{5, 17, 0}) return {};
  const auto prototype = kernel.prototype(kprobe.attach.target);
  if (!prototype || prototype->parameters.size() > kMostArguments) return {};
  std::vector<uint32_t> sizes;
  for (const BtfParameter& parameter : prototype->parameters)
    sizes.push_back(kernel_type(kernel, parameter.type_id, "").size);
  if (std::ranges::any_of(sizes, [](uint32_t size) { return size > kContextWord; })) return {};
  for (size_t index : arguments)
    if (index >= sizes.size() || sizes[index] != kContextWord) return {};
  const auto known = kernel.functions_named(kprobe.attach.target);
  if (!known || known->same != 1 || known->variants != 0) return {};
  Match match = kprobe;
  match.type = ProgramType::fentry;
  match.attach_btf_id = prototype->function_id;
  match.attach.provider = "fentry";
  match.has_cookie = false;
  match.context = {};
  match.function = FunctionAddress::helper;
  match.positional.clear();
  for (uint32_t i = 0; i < sizes.size(); ++i)
    match.positional.push_back(
        {.kind = AccessKind::argument_word, .offset = i, .size = kContextWord, .through = {}});
  return match;
}

bool fits(const Target& target, const KernelFunction& function) {
  return glob_match(target.function.text, function.name) &&
         (target.module.text.empty() || glob_match(target.module.text, function.module) ||
          (function.module.empty() && glob_match(target.module.text, kKernelItself)));
}

void report_missing(const Target& target, const std::vector<KernelFunction>& functions,
                    const ResolveContext& context) {
  const std::string &name = target.function.text, &module = target.module.text;
  const bool has_module = module.empty() || glob_match(module, kKernelItself) ||
                          std::ranges::any_of(functions, [&](const KernelFunction& function) {
                            return glob_match(module, function.module);
                          });
  std::vector<std::string> names;
  std::string hint;
  for (const KernelFunction& function : functions) {
    names.push_back(function.name);
    if (function.name == name)
      hint = function.module.empty() ? "it is in the kernel itself, which is the module `vmlinux`"
                                     : "it is in the module `" + function.module + "`";
  }
  if (!has_module)
    return context.diagnostics.report(DiagnosticId::no_match, target.module.span, target.point.whole,
                                      "no module `" + module +
                                          "` with functions that can be probed is loaded" +
                                          (hint.empty() ? "" : "; " + hint));
  constexpr std::string_view kInlined = "inlined everywhere, where no probe sees it";
  if (hint.empty() && !(hint = did_you_mean(name, names)).empty())
    hint += " or it is " + std::string(kInlined);
  if (hint.empty()) hint = "it may be " + std::string(kInlined) + ", or in a module that is not loaded";
  context.diagnostics.report(DiagnosticId::unknown_kernel_function, target.function.span, name, hint);
}

/// A name without wildcards: BTF answers fast for most functions, and the list of all only for the rest.
void resolve_one(const Kind& kind, const Target& target, const ResolveContext& context,
                 std::vector<Match>& matches) {
  const std::string& name = target.function.text;
  const std::string& module = target.module.text;
  auto add = [&] {
    matches.push_back(match_of(kind, target, name, module, module));
    Match& match = matches.back();
    if (!kind.returns && target.offset == 0 && !match.attach.target.contains(':'))
      match.on_trampoline = [&kernel = context.kernel, plain = match](const std::set<size_t>& arguments) {
        return on_trampoline(kernel, plain, arguments);
      };
  };
  if (target.module.text.empty() && context.kernel.surely_has_function(name)) return add();
  auto functions = context.kernel.functions();
  if (!functions) return report_no_answer(target.point, target.function, functions.error(), context);
  // What the compiler has made of it (`f.isra.0`) is attached in its place.
  auto is_variant = [&](const KernelFunction& f) { return f.name.starts_with(name + "."); };
  const bool known = std::any_of(functions->begin(), functions->end(),
                                 [&](const auto& f) { return fits(target, f) || is_variant(f); });
  if (!known) return report_missing(target, *functions, context);
  add();
}

void resolve_wildcard(const Kind& kind, const Target& target, const ResolveContext& context,
                      std::vector<Match>& matches) {
  auto functions = context.kernel.functions();
  if (!functions) return report_no_answer(target.point, target.function, functions.error(), context);
  const Btf* btf = context.kernel.btf();
  const bool has_multi = btf && btf->find("bpf_kprobe_multi_link", {BTF_KIND_STRUCT}).has_value();
  const size_t before = matches.size();
  for (const KernelFunction& function : *functions) {
    auto forbids = [&](std::string_view pattern) { return glob_match(pattern, function.name); };
    if (!fits(target, function) || std::ranges::any_of(kNeverByWildcard, forbids)) continue;
    const std::string module = function.module.empty() ? std::string(kKernelItself) : function.module;
    const std::string shown = target.module.text.empty() ? "" : module;
    matches.push_back(match_of(kind, target, function.name, shown, module));
    if (has_multi) matches.back().type = ProgramType::kprobe_multi;
  }
  if (matches.size() == before)
    context.diagnostics.report(DiagnosticId::no_match, target.point.span, target.point.whole,
                               "`/sys/kernel/tracing/available_filter_functions` lists what can be probed");
}

/// Takes `+16` or `+0x10` off a function's name.
bool take_offset(Target& target) {
  std::string& name = target.function.text;
  const size_t plus = name.find('+');
  if (plus == name.npos) return true;
  std::string_view digits = std::string_view(name).substr(plus + 1);
  const bool hexadecimal = digits.starts_with("0x");
  if (hexadecimal) digits.remove_prefix(2);
  auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), target.offset, hexadecimal ? 16 : 10);
  const bool good = error == std::errc() && end == digits.data() + digits.size() && plus > 0;
  name.resize(plus);
  return good;
}

/// `kprobe:0xffffffff81000010`: nobody checks that an instruction begins there, which is why it takes
/// --unsafe. False if it is no address at all.
bool resolve_address(const Kind& kind, const AttachPointText& point, const ResolveContext& context,
                     std::vector<Match>& matches) {
  const Part& part = point.parts.front();
  if (point.parts.size() != 1 || !std::isdigit(static_cast<unsigned char>(part.text.front()))) return false;
  Target target = {.point = point, .module = {}, .function = {}};
  auto number = read_number(point, part, context, "an address, for example 0xffffffff81000010");
  if (!number) return true;
  if (kind.returns)
    report_bad_form(point, context, "a function is known by its name: an address may be anywhere in it");
  else if (!context.unsafe)
    report_bad_part(point, part, context, "nothing tells whether an instruction begins at an address",
                    "allow it with `--unsafe`, or write `FUNCTION+OFFSET`");
  else {
    target.offset = *number;
    matches.push_back(match_of(kind, target, "", "", ""));
  }
  return true;
}

void resolve_kind(const Kind& kind, const AttachPointText& point, const ResolveContext& context,
                  std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.empty() || parts.size() > 2 || parts.front().text.empty() || parts.back().text.empty())
    return report_bad_form(point, context);
  if (resolve_address(kind, point, context, matches)) return;
  Target target = {.point = point, .module = parts.size() == 2 ? parts[0] : Part(), .function = parts.back()};
  if (!take_offset(target))
    return report_bad_form(point, context, "an offset is a number of bytes: `+16`, `+0x10`");
  const bool is_pattern = has_wildcard(target.function.text) || has_wildcard(target.module.text);
  if (target.offset > 0 && (kind.returns || is_pattern))
    return report_bad_form(point, context,
                           kind.returns ? "a function returns where it was called: there is no offset"
                                        : "an offset goes with the name of one function");
  if (!context.kernel.has_event_source("kprobe"))
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "kprobes (CONFIG_KPROBE_EVENTS)",
                                      "a `tracepoint` or `rawtracepoint` may tell the same");
  if (is_pattern)
    resolve_wildcard(kind, target, context, matches);
  else
    resolve_one(kind, target, context, matches);
}

} // namespace

void resolve_kprobe(const AttachPointText& point, const ResolveContext& context,
                    std::vector<Match>& matches) {
  resolve_kind(kEntry, point, context, matches);
}

void resolve_kretprobe(const AttachPointText& point, const ResolveContext& context,
                       std::vector<Match>& matches) {
  resolve_kind(kReturn, point, context, matches);
}

} // namespace trc::probes
