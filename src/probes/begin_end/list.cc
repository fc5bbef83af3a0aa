// begin and end, as `trc -l` lists them.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_begin(const ListRequest& request) {
  if (request.wants("", "")) request.add({.name = "begin", .arguments = {}});
  return {};
}

Result<void> list_end(const ListRequest& request) {
  if (request.wants("", "")) request.add({.name = "end", .arguments = {}});
  return {};
}

} // namespace trc::probes
