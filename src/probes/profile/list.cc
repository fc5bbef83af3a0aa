// profile, as `trc -l` lists it: a number goes behind each unit.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_profile(const ListRequest& request) {
  list_templates(request, "profile", {"hz:", "ms:", "s:", "us:"});
  return {};
}

} // namespace trc::probes
