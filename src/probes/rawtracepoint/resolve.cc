// rawtracepoint: a tracepoint as the kernel's code calls it, with BTF to tell the types of its arguments.
#include <algorithm>

#include "base/text.h"
#include "probes/btf_arguments.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

// Where tracepoints are that are not in a module.
constexpr std::string_view kKernelItself = "vmlinux";

Result<std::vector<Argument>> arguments_of(const Kernel& kernel, const std::string& name) {
  auto parameters = kernel.raw_tracepoint_arguments(name);
  if (!parameters) return std::unexpected(parameters.error());
  std::vector<Argument> arguments;
  for (const BtfParameter& parameter : *parameters)
    arguments.push_back(word_argument(kernel, parameter, arguments.size() * kContextWord));
  return arguments;
}

Match match_of(const Kernel& kernel, const std::string& prefix, const std::string& name, uint32_t btf_id) {
  Match match;
  match.name = prefix + name;
  match.type = ProgramType::btf_tracepoint;
  match.attach_btf_id = btf_id;
  match.attach = {.provider = "rawtracepoint", .target = name, .value = 0};
  match.pointers = AddressSpace::kernel;
  match.arguments = [&kernel, name] { return arguments_of(kernel, name); };
  return match;
}

void resolve_name(const Part& event, const std::string& prefix, const ResolveContext& context,
                  std::vector<Match>& matches) {
  if (auto id = context.kernel.raw_tracepoint_btf_id(event.text))
    return matches.push_back(match_of(context.kernel, prefix, event.text, *id));
  auto names = context.kernel.raw_tracepoints();
  context.diagnostics.report(DiagnosticId::unknown_raw_tracepoint, event.span, event.text,
                             names ? did_you_mean(event.text, *names) : std::string());
}

} // namespace

void resolve_rawtracepoint(const AttachPointText& point, const ResolveContext& context,
                           std::vector<Match>& matches) {
  const auto& parts = point.parts;
  bool good = parts.size() == 1 || parts.size() == 2;
  for (const Part& part : parts)
    good = good && !part.text.empty();
  if (!good) return report_bad_form(point, context);
  const Part& event = parts.back();
  const bool has_module = parts.size() == 2;
  if (!context.kernel.has_btf())
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "BTF at /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)",
                                      "a `tracepoint` probe works without it");
  if (has_module && !glob_match(parts[0].text, kKernelItself))
    return context.diagnostics.report(DiagnosticId::no_match, parts[0].span, point.whole,
                                      "known are those of the kernel itself, module `vmlinux`");

  const std::string prefix =
      has_module ? "rawtracepoint:" + std::string(kKernelItself) + ":" : "rawtracepoint:";
  if (!has_wildcard(event.text)) return resolve_name(event, prefix, context, matches);
  auto names = context.kernel.raw_tracepoints();
  if (!names) return report_no_answer(point, event, names.error(), context);
  const size_t before = matches.size();
  for (const std::string& name : *names)
    if (glob_match(event.text, name))
      if (auto id = context.kernel.raw_tracepoint_btf_id(name))
        matches.push_back(match_of(context.kernel, prefix, name, *id));
  if (matches.size() == before)
    context.diagnostics.report(
        DiagnosticId::no_match, point.span, point.whole,
        "`bpftool btf dump file /sys/kernel/btf/vmlinux | grep btf_trace_` shows their names");
}

} // namespace trc::probes
