// fentry and fexit, as `trc -l` lists them: the functions that BTF describes.
#include "kernel/btf_query.h"
#include "probes/btf_listing.h"

namespace trc::probes {

Result<void> list_fentry(const ListRequest& request) {
  return list_btf_names(request, "fentry", "", BTF_KIND_FUNC, [](const Btf& btf, const std::string& name) {
    auto known = prototype(btf, name);
    return known ? declarations(btf, known->parameters) : std::vector<std::string>();
  });
}

Result<void> list_fexit(const ListRequest& request) {
  return list_btf_names(request, "fexit", "", BTF_KIND_FUNC, [](const Btf& btf, const std::string& name) {
    auto known = prototype(btf, name);
    if (!known) return std::vector<std::string>();
    auto lines = declarations(btf, known->parameters);
    if (known->result_type_id != 0) lines.push_back(c_spelling(btf, known->result_type_id) + " retval");
    return lines;
  });
}

} // namespace trc::probes
