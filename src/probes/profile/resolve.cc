// profile: a timer interrupt on every CPU.
#include "probes/contexts.h"
#include "probes/period_text.h"

namespace trc::probes {

void resolve_profile(const AttachPointText& point, const ResolveContext& context,
                     std::vector<Match>& matches) {
  auto period = parse_period("profile", point, context);
  if (!period) return;
  Match match;
  match.name = period->name;
  match.type = ProgramType::perf_event;
  match.attach = period->spec;
  match.has_cookie = true;
  match.filters_pid_itself = true;
  match.context = perf_event_context();
  matches.push_back(std::move(match));
}

} // namespace trc::probes
