// rawtracepoint, as `trc -l` lists it: the tracepoints that BTF describes.
#include "kernel/btf_query.h"
#include "probes/btf_listing.h"

namespace trc::probes {

Result<void> list_rawtracepoint(const ListRequest& request) {
  return list_btf_names(request, "rawtracepoint", "btf_trace_", BTF_KIND_TYPEDEF,
                        [](const Btf& btf, const std::string& name, uint32_t) {
                          auto known = raw_tracepoint_arguments(btf, name);
                          return known ? declarations(btf, *known) : std::vector<std::string>();
                        });
}

} // namespace trc::probes
