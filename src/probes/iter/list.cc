// iter, as `trc -l` lists it.
#include <algorithm>
#include <set>

#include "kernel/btf_query.h"
#include "probes/iter/names.h"
#include "probes/listing.h"

namespace trc::probes {

// The kernel's functions for programs that iterate themselves (`bpf_iter_num_new`) begin like that, too.
std::vector<std::string> iterator_names(const Btf& btf) {
  std::set<std::string> functions;
  for (const Btf::Named& named : btf.with_prefix(kIteratorFunction, BTF_KIND_FUNC))
    functions.emplace(named.name.substr(kIteratorFunction.size()));
  std::set<std::string> names;
  for (const Btf::Named& named : btf.with_prefix(kIteratorContext, BTF_KIND_STRUCT)) {
    std::string name(named.name.substr(kIteratorContext.size()));
    if (functions.contains(name)) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

/// The members of the context, but for the first one.
static std::vector<std::string> members_of(const Btf& btf, const std::string& name) {
  std::vector<std::string> lines;
  auto id = btf.find(kIteratorContext + name, {BTF_KIND_STRUCT});
  if (!id) return lines;
  for (const btf_member& member : btf.members<btf_member>(*btf.type(*id)).subspan(1)) {
    // Each is a union that makes room for a pointer: an anonymous one with one member.
    const btf_type* type = btf.type(member.type);
    const bool is_wrapped = btf.string(member.name_off).empty() && type &&
                            BTF_INFO_KIND(type->info) == BTF_KIND_UNION && BTF_INFO_VLEN(type->info) > 0;
    const btf_member& inner = is_wrapped ? btf.members<btf_member>(*type).front() : member;
    lines.push_back(c_spelling(btf, inner.type) + " " + std::string(btf.string(inner.name_off)));
  }
  return lines;
}

Result<void> list_iter(const ListRequest& request) {
  const Btf* btf = request.kernel.btf();
  if (!btf)
    return failure(ErrorKind::unsupported, "this kernel offers no BTF at /sys/kernel/btf/vmlinux",
                   "it is made with CONFIG_DEBUG_INFO_BTF");
  for (const std::string& name : iterator_names(*btf))
    if (request.wants("", name))
      request.add(
          {.name = "iter:" + name,
           .arguments = request.with_arguments ? members_of(*btf, name) : std::vector<std::string>()});
  return {};
}

} // namespace trc::probes
