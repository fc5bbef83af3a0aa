// interval: the session runs the program whenever its timer fires.
#include "probes/period_text.h"

namespace trc::probes {

void resolve_interval(const AttachPointText& point, const ResolveContext& context,
                      std::vector<Match>& matches) {
  auto period = parse_period("interval", point, context);
  if (!period) return;
  Match match;
  match.name = period->name;
  match.attach = period->spec;
  match.run_by = RunBy::session;
  match.filters_pid_itself = true;
  matches.push_back(std::move(match));
}

} // namespace trc::probes
