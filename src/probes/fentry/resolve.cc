// fentry, fexit: functions of the kernel by its trampolines, with the types that BTF gives their arguments
// and results.
#include <algorithm>

#include "base/text.h"
#include "ctypes/btf_types.h"
#include "probes/btf_arguments.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

constexpr std::string_view kKernelItself = "vmlinux";
// What a trampoline saves: the registers of the calling convention.
constexpr size_t kMostArguments = 6;

struct Kind {
  std::string_view provider;
  ProgramType type;
  bool returns;
};
constexpr Kind kEntry = {"fentry", ProgramType::fentry, false};
constexpr Kind kExit = {"fexit", ProgramType::fexit, true};

/// Where each argument begins in the context, and behind the last one where they end: there the result is. A
/// struct by value takes as many words as it needs.
std::vector<uint32_t> offsets_of(const Kernel& kernel, const BtfPrototype& prototype) {
  std::vector<uint32_t> offsets = {0};
  for (const BtfParameter& parameter : prototype.parameters) {
    const uint32_t words = (kernel_type(kernel, parameter.type_id).size + kContextWord - 1) / kContextWord;
    offsets.push_back(offsets.back() + std::max(words, 1u) * kContextWord);
  }
  return offsets;
}

Result<std::vector<Argument>> arguments_of(const Kernel& kernel, const BtfPrototype& prototype) {
  if (prototype.parameters.size() > kMostArguments)
    return failure(ErrorKind::unsupported, "the function takes more than six arguments",
                   "a `kprobe` can read the first six by `arg0` to `arg5`");
  const auto offsets = offsets_of(kernel, prototype);
  std::vector<Argument> arguments;
  for (const BtfParameter& parameter : prototype.parameters)
    arguments.push_back(word_argument(kernel, parameter, offsets[arguments.size()]));
  return arguments;
}

Argument result_of(const Kernel& kernel, const BtfPrototype& prototype) {
  if (prototype.result_type_id == 0)
    return {.name = "retval", .type = {}, .access = {}, .unreadable = "this function returns nothing"};
  const uint32_t offset = offsets_of(kernel, prototype).back();
  Argument result = word_argument(kernel, {"retval", prototype.result_type_id}, offset);
  // It may be an error in the form of a pointer.
  result.access.is_trusted = false;
  return result;
}

Match match_of(const Kernel& kernel, const Kind& kind, const std::string& prefix, const std::string& function,
               BtfPrototype prototype) {
  Match match;
  match.name = std::string(kind.provider) + ":" + prefix + function;
  match.type = kind.type;
  match.attach_btf_id = prototype.function_id;
  match.attach = {.provider = std::string(kind.provider), .target = function, .value = 0};
  match.pointers = AddressSpace::kernel;
  if (kind.returns) match.result = result_of(kernel, prototype);
  match.arguments = [&kernel, prototype = std::move(prototype)] { return arguments_of(kernel, prototype); };
  return match;
}

void resolve_one(const Kind& kind, const Part& function, const std::string& prefix,
                 const ResolveContext& context, std::vector<Match>& matches) {
  if (auto prototype = context.kernel.prototype(function.text))
    return matches.push_back(match_of(context.kernel, kind, prefix, function.text, std::move(*prototype)));
  auto names = context.kernel.btf_functions();
  std::string hint = names ? did_you_mean(function.text, *names) : "";
  if (hint.empty()) hint = "BTF does not know it; a `kprobe` may still reach it";
  context.diagnostics.report(DiagnosticId::unknown_kernel_function, function.span, function.text, hint);
}

void resolve_kind(const Kind& kind, const AttachPointText& point, const ResolveContext& context,
                  std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.empty() || parts.size() > 2 || parts.front().text.empty() || parts.back().text.empty())
    return report_bad_form(point, context);
  const Kernel& kernel = context.kernel;
  if (!kernel.has_btf())
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "BTF at /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)",
                                      "a `kprobe` works without it");
  const bool has_module = parts.size() == 2;
  if (has_module && !glob_match(parts[0].text, kKernelItself))
    return context.diagnostics.report(DiagnosticId::no_match, parts[0].span, point.whole,
                                      "known are the functions of the kernel itself, module `vmlinux`");
  const Part& function = parts.back();
  const std::string prefix = has_module ? std::string(kKernelItself) + ":" : "";
  if (!has_wildcard(function.text)) return resolve_one(kind, function, prefix, context, matches);
  auto names = kernel.btf_functions();
  if (!names) return report_no_answer(point, function, names.error(), context);
  const size_t before = matches.size();
  for (const std::string& name : *names)
    if (glob_match(function.text, name))
      if (auto prototype = kernel.prototype(name))
        matches.push_back(match_of(kernel, kind, prefix, name, std::move(*prototype)));
  if (matches.size() == before)
    context.diagnostics.report(
        DiagnosticId::no_match, point.span, point.whole,
        "`bpftool btf dump file /sys/kernel/btf/vmlinux | grep FUNC` shows their names");
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
