#include "semantic/analyze.h"

#include "semantic/check.h"
#include "semantic/limits.h"

namespace trc {
namespace {

typed::Program check_all(const std::vector<ExpandedProbe>& probes, const AnalysisOptions& options,
                         Environment& environment, Diagnostics& diagnostics) {
  typed::Program program;
  Diagnostics unresolved;
  for (size_t i = 0; i < probes.size(); ++i) {
    Checker checker({.options = options,
                     .environment = environment,
                     .program = program,
                     .diagnostics = diagnostics,
                     .unresolved = unresolved},
                    probes[i], i);
    checker.run();
  }
  // A value without a type is another mistake's consequence, unless there is no other.
  if (!diagnostics.has_errors())
    for (const Diagnostic& diagnostic : unresolved.list())
      diagnostics.add(diagnostic);
  return program;
}

} // namespace

std::optional<typed::Program> analyze(const ast::Program& source, const Kernel& kernel,
                                      const AnalysisOptions& options, Diagnostics& diagnostics) {
  const std::vector<ExpandedProbe> probes = expand(source, kernel, options.parameters, diagnostics);

  // Checking with the diagnostics thrown away infers the types; each round can only widen them, and a chain
  // of assignments between maps is as long as the script's maps and variables are many.
  Environment environment;
  environment.variables.resize(probes.size());
  for (Environment before;;) {
    before = environment;
    Diagnostics muted;
    check_all(probes, options, environment, muted);
    if (environment == before) break;
  }

  typed::Program program = check_all(probes, options, environment, diagnostics);
  for (const MapFacts& facts : environment.maps)
    program.maps.push_back(
        {facts.name, storage_type(facts.key), storage_type(facts.value), facts.is_cleared, facts.span});
  check_limits(program, diagnostics);
  if (diagnostics.has_errors()) return {};
  return program;
}

} // namespace trc
