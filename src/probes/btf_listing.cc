#include "probes/btf_listing.h"

#include <algorithm>

#include "kernel/btf_query.h"

namespace trc::probes {
namespace {

struct Found {
  std::string_view name, module;
  const Btf* btf;
  uint32_t id;
};

/// Where what is wanted begins, in a module, `MODULE:` and then the name do so, or the name alone.
std::string_view prefix_in(std::string_view wanted, std::string_view module) {
  if (wanted.size() > module.size() && wanted.starts_with(module) && wanted[module.size()] == ':')
    return wanted.substr(module.size() + 1);
  return std::string_view(module).starts_with(wanted) ? std::string_view() : wanted;
}

void find_in(const Btf& btf, std::string_view module, const ListRequest& request, std::string_view prefix,
             uint32_t kind, std::vector<Found>& found) {
  const std::string start = std::string(prefix) + std::string(prefix_in(request.prefix, module));
  for (const Btf::Named& named : btf.with_prefix(start, kind)) {
    const std::string_view name = named.name.substr(prefix.size());
    if (request.wants(module, name)) found.push_back({name, module, &btf, named.id});
  }
}

} // namespace

Result<void> list_btf_names(const ListRequest& request, std::string_view type, std::string_view prefix,
                            uint32_t kind, const ListArguments& arguments) {
  const Kernel& kernel = request.kernel;
  const Btf* btf = kernel.btf();
  if (!btf)
    return failure(ErrorKind::unsupported, "this kernel offers no BTF at /sys/kernel/btf/vmlinux",
                   "it is made with CONFIG_DEBUG_INFO_BTF");
  std::vector<Found> found;
  find_in(*btf, kKernelItself, request, prefix, kind, found);
  for (const std::string& module : kernel.btf_modules())
    if (const Btf* of_module = kernel.module_btf(module))
      find_in(*of_module, module, request, prefix, kind, found);
  // What is in the kernel itself stands first.
  auto order = [](const Found& a) { return std::pair(a.module == kKernelItself ? "" : a.module, a.name); };
  std::ranges::stable_sort(found, {}, order); // of two of one name the first is the one that counts
  const auto same = std::ranges::unique(found, {}, order);
  found.erase(same.begin(), same.end());
  for (const Found& one : found)
    request.add({.name = listed_name(type, one.module, one.name),
                 .arguments = request.with_arguments ? arguments(*one.btf, std::string(one.name), one.id)
                                                     : std::vector<std::string>()});
  return {};
}

std::vector<std::string> declarations(const Btf& btf, const std::vector<BtfParameter>& parameters) {
  std::vector<std::string> lines;
  for (const BtfParameter& parameter : parameters)
    lines.push_back(c_spelling(btf, parameter.type_id) + " " + parameter.name);
  return lines;
}

} // namespace trc::probes
