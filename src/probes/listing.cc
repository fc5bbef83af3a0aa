#include "probes/listing.h"

namespace trc::probes {

std::string listed_name(std::string_view type, std::string_view module, std::string_view name) {
  std::string listed(type);
  if (!module.empty() && module != kKernelItself) listed.append(":").append(module);
  return listed.append(":").append(name);
}

void list_templates(const ListRequest& request, std::string_view type,
                    std::initializer_list<std::string_view> rests) {
  for (std::string_view rest : rests)
    if (request.wants("", rest)) request.add({.name = listed_name(type, "", rest), .arguments = {}});
}

} // namespace trc::probes
