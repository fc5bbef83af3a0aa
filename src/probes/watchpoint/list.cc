// watchpoint, as `trc -l` lists it: an address, a length and a mode go behind it.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_watchpoint(const ListRequest& request) {
  list_templates(request, "watchpoint", {""});
  return {};
}

} // namespace trc::probes
