// self, as `trc -l` lists it.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_self(const ListRequest& request) {
  list_templates(request, "self", {"signal:SIGUSR1"});
  return {};
}

} // namespace trc::probes
