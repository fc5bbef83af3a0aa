// kprobe and kretprobe, as `trc -l` lists them: the functions that the kernel calls traceable.
#include "probes/listing.h"

namespace trc::probes {
namespace {

Result<void> list_functions(const ListRequest& request, std::string_view provider) {
  if (!request.kernel.has_event_source("kprobe"))
    return failure(ErrorKind::unsupported, "this kernel has no kprobes", "they need CONFIG_KPROBE_EVENTS");
  auto functions = request.kernel.functions();
  if (!functions) return std::unexpected(functions.error());
  for (const KernelFunction& function : *functions) {
    const std::string_view module = function.module.empty() ? kKernelItself : function.module;
    if (request.wants(module, function.name))
      request.add({.name = listed_name(provider, module, function.name), .arguments = {}});
  }
  return {};
}

} // namespace

Result<void> list_kprobe(const ListRequest& request) { return list_functions(request, "kprobe"); }

Result<void> list_kretprobe(const ListRequest& request) { return list_functions(request, "kretprobe"); }

} // namespace trc::probes
