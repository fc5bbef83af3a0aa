// software and hardware events, as `trc -l` lists them: the number of events may go behind the colon.
#include <string>

#include "probes/counter/events.h"
#include "probes/listing.h"

namespace trc::probes {
namespace {

Result<void> list_events(const ListRequest& request, std::string_view provider) {
  for (const CounterEvent& event : counter_events())
    if (event.provider == provider) {
      const std::string name = std::string(event.name) + ":";
      list_templates(request, provider, {name});
    }
  return {};
}

} // namespace

Result<void> list_software(const ListRequest& request) { return list_events(request, "software"); }

Result<void> list_hardware(const ListRequest& request) { return list_events(request, "hardware"); }

} // namespace trc::probes
