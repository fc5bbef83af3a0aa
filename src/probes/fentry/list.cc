// fentry and fexit, as `trc -l` lists them: the functions that BTF describes, and those of BPF programs where
// they are asked for.
#include "kernel/bpf_programs.h"
#include "kernel/btf_query.h"
#include "probes/btf_listing.h"

namespace trc::probes {
namespace {

std::vector<std::string> parameters(const Btf& btf, const std::string&, uint32_t function_id) {
  const auto known = prototype_of(btf, function_id);
  return known ? declarations(btf, known->parameters) : std::vector<std::string>();
}

std::vector<std::string> parameters_and_result(const Btf& btf, const std::string& name,
                                               uint32_t function_id) {
  auto lines = parameters(btf, name, function_id);
  const auto known = prototype_of(btf, function_id);
  if (known && known->result_type_id != 0)
    lines.push_back(c_spelling(btf, known->result_type_id) + " retval");
  return lines;
}

/// `TYPE:bpf:ID:NAME`, for patterns that begin so: they come and go, and have no arguments to list.
Result<void> list_bpf_programs(const ListRequest& request, const std::string& type) {
  const auto functions = request.kernel.is_running() ? loaded_bpf_functions() : std::vector<BpfFunction>();
  if (!functions) return std::unexpected(functions.error());
  for (const BpfFunction& function : *functions) {
    const std::string rest = "bpf:" + std::to_string(function.program) + ":" + function.name;
    if (request.wants("", rest) || request.wants("bpf", function.name))
      request.add({.name = type + ":" + rest, .arguments = {}});
  }
  return {};
}

Result<void> list_functions(const ListRequest& request, const std::string& type,
                            const ListArguments& arguments) {
  if (request.prefix.starts_with("bpf:")) return list_bpf_programs(request, type);
  return list_btf_names(request, type, "", BTF_KIND_FUNC, arguments);
}

} // namespace

Result<void> list_fentry(const ListRequest& request) { return list_functions(request, "fentry", parameters); }

Result<void> list_fexit(const ListRequest& request) {
  return list_functions(request, "fexit", parameters_and_result);
}

} // namespace trc::probes
