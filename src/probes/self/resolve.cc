// self: what happens to trc itself. The session runs the program when it gets the signal.
#include "probes/provider.h"
#include "probes/report.h"

namespace trc::probes {

void resolve_self(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.size() != 2 || parts[0].text != "signal" || parts[1].text.empty())
    return report_bad_form(point, context);
  if (parts[1].text != "SIGUSR1")
    return report_bad_part(point, parts[1], context, "trc runs no probe for this signal",
                           "`self:signal:SIGUSR1` is the one that it does");
  Match match;
  match.name = "self:signal:SIGUSR1";
  match.attach = {.provider = "self", .target = "SIGUSR1", .value = 0};
  match.run_by = RunBy::session;
  match.filters_pid_itself = true;
  matches.push_back(std::move(match));
}

} // namespace trc::probes
