// begin and end: the session itself runs them, before and after everything else.
#include "probes/provider.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

void resolve_edge(const char* name, const AttachPointText& point, const ResolveContext& context,
                  std::vector<Match>& matches) {
  if (!point.parts.empty()) return report_bad_form(point, context, "nothing stands behind it");
  Match match;
  match.name = name;
  match.attach = {.provider = name, .target = {}, .value = 0};
  match.run_by = RunBy::session_edge;
  match.purpose = Purpose::any;
  match.filters_pid_itself = true;
  matches.push_back(std::move(match));
}

} // namespace

void resolve_begin(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  resolve_edge("begin", point, context, matches);
}

void resolve_end(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  resolve_edge("end", point, context, matches);
}

} // namespace trc::probes
