// interval, as `trc -l` lists it: a number goes behind each unit.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_interval(const ListRequest& request) {
  list_templates(request, "interval", {"hz:", "ms:", "s:", "us:"});
  return {};
}

} // namespace trc::probes
