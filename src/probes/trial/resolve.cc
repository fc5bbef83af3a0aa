// test and bench: a script's own tests and benchmarks, which `--test` and `--bench` run, and nothing else
// does.
#include "probes/provider.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

void resolve_trial(const std::string& provider, Purpose purpose, const AttachPointText& point,
                   const ResolveContext& context, std::vector<Match>& matches) {
  if (point.parts.size() != 1 || point.parts[0].text.empty())
    return report_bad_form(point, context, "the name is any text without colons");
  Match match;
  match.name = provider + ":" + point.parts[0].text;
  match.attach = {.provider = provider, .target = point.parts[0].text, .value = 0};
  match.run_by = RunBy::session_edge;
  match.purpose = purpose;
  match.filters_pid_itself = true;
  matches.push_back(std::move(match));
}

} // namespace

void resolve_test(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  resolve_trial("test", Purpose::test, point, context, matches);
}

void resolve_bench(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  resolve_trial("bench", Purpose::benchmark, point, context, matches);
}

} // namespace trc::probes
