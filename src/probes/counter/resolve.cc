// software, hardware: what the kernel and the processor count, sampled once in so many.
#include <limits>
#include <string>
#include <vector>

#include "base/text.h"
#include "probes/contexts.h"
#include "probes/counter/events.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

std::string hint_for(std::string_view provider, const std::string& text) {
  std::vector<std::string> names;
  std::string list = "its events are";
  for (const CounterEvent& event : counter_events()) {
    if (event.provider != provider) continue;
    names.emplace_back(event.name);
    if (!event.alias.empty()) names.emplace_back(event.alias);
    list += " `" + std::string(event.name) + "`";
  }
  std::string near = did_you_mean(text, names);
  return near.empty() ? list : near;
}

void resolve_event(const std::string& provider, const AttachPointText& point, const ResolveContext& context,
                   std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.empty() || parts.size() > 2 || parts[0].text.empty()) return report_bad_form(point, context);
  const CounterEvent* event = find_counter_event(provider, parts[0].text);
  if (!event)
    return context.diagnostics.report(DiagnosticId::unknown_event, parts[0].span, provider, parts[0].text,
                                      hint_for(provider, parts[0].text));
  uint64_t period = event->period;
  // `software:faults:` takes the default, as without the colon.
  if (parts.size() == 2 && !parts[1].text.empty()) {
    auto number = read_number(point, parts[1], context, "a number of events, for example 100");
    if (!number) return;
    if (*number == 0 || *number > std::numeric_limits<int64_t>::max())
      return report_bad_part(point, parts[1], context, "the program runs once in so many events",
                             "1 is the smallest number");
    period = *number;
  }
  Match match;
  match.name = provider + ":" + std::string(event->name) + ":" + std::to_string(period);
  match.type = ProgramType::perf_event;
  match.attach = {.provider = provider, .target = std::string(event->name), .value = period};
  match.has_cookie = true;
  match.filters_pid_itself = true;
  match.context = perf_event_context();
  matches.push_back(std::move(match));
}

} // namespace

void resolve_software(const AttachPointText& point, const ResolveContext& context,
                      std::vector<Match>& matches) {
  resolve_event("software", point, context, matches);
}

void resolve_hardware(const AttachPointText& point, const ResolveContext& context,
                      std::vector<Match>& matches) {
  resolve_event("hardware", point, context, matches);
}

} // namespace trc::probes
