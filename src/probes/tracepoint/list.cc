// tracepoint, as `trc -l` lists it: the folders of tracefs.
#include <algorithm>

#include "probes/listing.h"

namespace trc::probes {
namespace {

/// As the kernel declares it: "char comm[16]", "__data_loc char[] name".
std::string declaration(const TracepointField& field) {
  std::string text = field.type + " " + field.name;
  if (field.array_length) text += "[" + std::to_string(*field.array_length) + "]";
  return text;
}

std::vector<std::string> fields_of(const Kernel& kernel, const std::string& category,
                                   const std::string& event) {
  std::vector<std::string> lines;
  if (auto fields = kernel.tracepoint_fields(category, event))
    for (const TracepointField& field : *fields)
      if (!field.name.starts_with("common_")) lines.push_back(declaration(field));
  return lines;
}

} // namespace

Result<void> list_tracepoint(const ListRequest& request) {
  auto categories = request.kernel.tracepoint_categories();
  if (!categories) return std::unexpected(categories.error());
  for (const std::string& category : *categories) {
    const std::string start = category + ":";
    const size_t common = std::min(start.size(), request.prefix.size());
    if (start.substr(0, common) != request.prefix.substr(0, common)) continue;
    auto events = request.kernel.tracepoints(category);
    if (!events) return std::unexpected(events.error());
    for (const std::string& event : *events) {
      const std::string name = start + event;
      if (!request.wants("", name)) continue;
      request.add({.name = "tracepoint:" + name,
                   .arguments = request.with_arguments ? fields_of(request.kernel, category, event)
                                                       : std::vector<std::string>()});
    }
  }
  return {};
}

} // namespace trc::probes
