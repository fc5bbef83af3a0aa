// iter: the kernel's lists of objects (tasks, their files, …), which a program is run for one after the
// other when the list is read.
#include <algorithm>

#include "base/text.h"
#include "ctypes/btf_types.h"
#include "kernel/btf.h"
#include "probes/iter/names.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

constexpr uint32_t kWord = 8;

void report_unknown(const AttachPointText& point, const ResolveContext& context) {
  const std::vector<std::string> names = iterator_names(*context.kernel.btf());
  std::string hint = did_you_mean(point.parts[0].text, names);
  if (hint.empty()) hint = "`trc -l 'iter:*'` lists the iterators";
  context.diagnostics.report(DiagnosticId::no_match, point.parts[0].span, point.whole, hint);
}

std::string pin_file(const std::string& pin) { return pin.starts_with('/') ? pin : "/sys/fs/bpf/" + pin; }

} // namespace

void resolve_iter(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.empty() || parts.size() > 2 || parts[0].text.empty()) return report_bad_form(point, context);
  if (parts.size() == 2 && (parts[1].text.empty() || parts[1].text.ends_with('/')))
    return report_bad_part(point, parts[1], context, "it is no name for a file",
                           "`iter:task:tasks` is pinned to /sys/fs/bpf/tasks");
  const Btf* btf = context.kernel.btf();
  if (!btf)
    return context.diagnostics.report(DiagnosticId::needs_kernel_feature, point.span, point.whole,
                                      "BTF at /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)", "");
  const std::string& name = parts[0].text;
  auto function = btf->find(kIteratorFunction + name, {BTF_KIND_FUNC});
  auto structure = btf->find(kIteratorContext + name, {BTF_KIND_STRUCT});
  if (!function || !structure) return report_unknown(point, context);
  Match match;
  match.name = "iter:" + name;
  match.type = ProgramType::iterator;
  match.attach_btf_id = *function;
  match.attach = {.provider = "iter", .target = name, .value = 0};
  match.filters_pid_itself = true;
  match.pointers = AddressSpace::kernel;
  match.context = ProgramContext{.structure = "struct " + (kIteratorContext + name), .is_in_memory = true};
  // Behind the pointer to what the iterator itself is comes that to the object.
  match.object = ContextAccess{.kind = AccessKind::value, .offset = kWord, .size = kWord, .through = {}};
  if (parts.size() == 2) {
    match.name += ":" + parts[1].text;
    match.attach.target += ":" + pin_file(parts[1].text);
    match.is_pinned = true;
  }
  matches.push_back(std::move(match));
}

} // namespace trc::probes
