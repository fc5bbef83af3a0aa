// test and bench, as `trc -l` lists them: templates, since any name will do.
#include "probes/listing.h"

namespace trc::probes {

Result<void> list_test(const ListRequest& request) {
  list_templates(request, "test", {""});
  return {};
}

Result<void> list_bench(const ListRequest& request) {
  list_templates(request, "bench", {""});
  return {};
}

} // namespace trc::probes
