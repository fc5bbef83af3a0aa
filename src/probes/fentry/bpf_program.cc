#include "probes/fentry/bpf_program.h"

#include "base/text.h"
#include "kernel/bpf_programs.h"
#include "kernel/kernel.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

Match match_of(const std::string& provider, ProgramType type, const BpfFunction& function) {
  const std::string id = std::to_string(function.program);
  Match match;
  match.attach = {.provider = provider, .target = "bpf:" + id + ":" + function.name, .value = 0};
  match.name = provider + ":" + match.attach.target;
  match.type = type;
  match.attach_btf_id = function.btf_id;
  match.attach_module = "program " + id;
  match.pointers = AddressSpace::kernel;
  return match;
}

/// One name is one function: where several programs have it the script has to choose, or write a pattern.
void report_several(const AttachPointText& point, const std::vector<Match>& found,
                    const ResolveContext& context) {
  std::string names;
  for (const Match& match : found)
    names += (names.empty() ? "`" : ", `") + match.name + "`";
  report_bad_part(point, point.parts.back(), context, "several programs have a function of that name",
                  "name one: " + names);
}

} // namespace

bool resolve_bpf_program(ProgramType type, const AttachPointText& point, const ResolveContext& context,
                         std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.size() < 2 || parts.size() > 3 || parts[0].text != "bpf" || parts.back().text.empty())
    return false;
  const Provider* provider = find_provider(point.provider.text);
  std::optional<uint64_t> id;
  if (parts.size() == 3 &&
      !(id = read_number(point, parts[1], context, "the id of a program: `bpftool prog`")))
    return true;
  auto functions = context.kernel.is_running() ? loaded_bpf_functions() : std::vector<BpfFunction>();
  if (!functions) return report_no_answer(point, parts.back(), functions.error(), context), true;
  std::vector<Match> found;
  std::vector<std::string> names;
  for (const BpfFunction& function : *functions) {
    if (id && function.program != *id) continue;
    names.push_back(function.name);
    if (glob_match(parts.back().text, function.name))
      found.push_back(match_of(std::string(provider->name), type, function));
  }
  if (found.size() > 1 && !has_wildcard(parts.back().text))
    return report_several(point, found, context), true;
  if (found.empty()) {
    std::string hint = did_you_mean(parts.back().text, names);
    if (hint.empty()) hint = "`bpftool prog` lists the programs; only those with BTF have functions to name";
    context.diagnostics.report(DiagnosticId::no_match, parts.back().span, point.whole, hint);
  }
  matches.insert(matches.end(), found.begin(), found.end());
  return true;
}

} // namespace trc::probes
