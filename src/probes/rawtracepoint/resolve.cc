// rawtracepoint: a tracepoint as the kernel's code calls it, with BTF to tell the types of its arguments.
#include <algorithm>

#include "base/text.h"
#include "probes/btf_arguments.h"
#include "probes/btf_modules.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

constexpr std::string_view kTypedef = "btf_trace_";

/// A raw tracepoint that was found.
struct Event {
  std::string name;
  std::string module; ///< "": the kernel itself
  uint32_t btf_id = 0;
};

std::vector<BtfParameter> parameters_of(const Kernel& kernel, const Event& event) {
  const Btf* btf = event.module.empty() ? kernel.btf() : kernel.module_btf(event.module);
  auto parameters = btf ? raw_tracepoint_arguments(*btf, event.name) : std::nullopt;
  return parameters.value_or(std::vector<BtfParameter>());
}

std::vector<Argument> arguments_of(const Kernel& kernel, const Event& event) {
  std::vector<Argument> arguments;
  for (const BtfParameter& parameter : parameters_of(kernel, event))
    arguments.push_back(word_argument(kernel, parameter, arguments.size() * kContextWord, event.module));
  return arguments;
}

/// `arg0` …: each is a word, whatever its type.
std::vector<ContextAccess> words_of(const Kernel& kernel, const Event& event) {
  std::vector<ContextAccess> words;
  for (uint32_t i = 0; i < parameters_of(kernel, event).size(); ++i)
    words.push_back(
        {.kind = AccessKind::value, .offset = i * kContextWord, .size = kContextWord, .through = {}});
  return words;
}

Match match_of(const Kernel& kernel, const std::string& prefix, const Event& event) {
  Match match;
  match.name = "rawtracepoint:" + prefix + event.name;
  match.type = ProgramType::btf_tracepoint;
  match.attach_btf_id = event.btf_id;
  match.attach_module = event.module;
  match.attach = {.provider = "rawtracepoint", .target = event.name, .value = 0};
  match.pointers = AddressSpace::kernel;
  match.arguments = [&kernel, event]() -> Result<std::vector<Argument>> {
    return arguments_of(kernel, event);
  };
  match.read_results = [&kernel, event](Match& it) { it.positional = words_of(kernel, event); };
  return match;
}

std::string prefix_of(const std::string& module, bool is_named) {
  if (!module.empty()) return module + ":";
  return is_named ? std::string(kKernelItself) + ":" : "";
}

void report_missing(const Part& event, const ResolveContext& context) {
  auto names = context.kernel.raw_tracepoints();
  context.diagnostics.report(DiagnosticId::unknown_raw_tracepoint, event.span, event.text,
                             names ? did_you_mean(event.text, *names) : std::string());
}

/// A name without wildcards. Modules are only looked into for what the kernel itself has not.
void resolve_name(const Part& event, const Part* module, const ResolveContext& context,
                  std::vector<Match>& matches) {
  const Kernel& kernel = context.kernel;
  const std::string_view pattern = module ? std::string_view(module->text) : "*";
  if (glob_match(pattern, kKernelItself))
    if (auto id = kernel.raw_tracepoint_btf_id(event.text))
      return matches.push_back(match_of(kernel, prefix_of("", module != nullptr), {event.text, "", *id}));
  for (const ModuleBtf& in : btf_of_modules(kernel, pattern))
    if (auto id = in.btf->find(std::string(kTypedef) + event.text, {BTF_KIND_TYPEDEF}))
      return matches.push_back(match_of(kernel, prefix_of(in.module, true), {event.text, in.module, *id}));
  report_missing(event, context);
}

void resolve_wildcard(const AttachPointText& point, const Part& event, const Part* module,
                      const ResolveContext& context, std::vector<Match>& matches) {
  const std::string_view pattern = event.text;
  const std::string start = std::string(kTypedef) + std::string(pattern.substr(0, pattern.find('*')));
  const size_t before = matches.size();
  for (const ModuleBtf& in : btf_of_modules(context.kernel, module ? module->text : "*")) {
    const size_t first = matches.size();
    for (const Btf::Named& named : in.btf->with_prefix(start, BTF_KIND_TYPEDEF)) {
      const std::string name(named.name.substr(kTypedef.size()));
      if (glob_match(pattern, name))
        matches.push_back(
            match_of(context.kernel, prefix_of(in.module, module != nullptr), {name, in.module, named.id}));
    }
    std::sort(matches.begin() + static_cast<ptrdiff_t>(first), matches.end(),
              [](const Match& a, const Match& b) { return a.name < b.name; });
  }
  if (matches.size() == before)
    context.diagnostics.report(DiagnosticId::no_match, point.span, point.whole,
                               "`trc -l 'rawtracepoint:*'` lists them");
}

} // namespace

void resolve_rawtracepoint(const AttachPointText& point, const ResolveContext& context,
                           std::vector<Match>& matches) {
  const auto& parts = point.parts;
  bool good = parts.size() == 1 || parts.size() == 2;
  for (const Part& part : parts)
    good = good && !part.text.empty();
  if (!good) return report_bad_form(point, context);
  if (!context.kernel.has_btf())
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "BTF at /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)",
                                      "a `tracepoint` probe works without it");
  const Part& event = parts.back();
  const Part* module = parts.size() == 2 ? &parts[0] : nullptr;
  if (has_wildcard(event.text) || (module && has_wildcard(module->text)))
    return resolve_wildcard(point, event, module, context, matches);
  if (module && btf_of_modules(context.kernel, module->text).empty())
    return context.diagnostics.report(DiagnosticId::no_match, module->span, point.whole,
                                      "no module of that name is loaded, or it has no BTF");
  resolve_name(event, module, context, matches);
}

} // namespace trc::probes
