#include "semantic/analyze.h"

#include "semantic/check.h"
#include "semantic/limits.h"

namespace trc {
namespace {

typed::Program check_all(const std::vector<ExpandedProbe>& probes, const AnalysisOptions& options,
                         Environment& environment, Diagnostics& diagnostics) {
  typed::Program program;
  for (size_t i = 0; i < probes.size(); ++i) {
    Checker checker(
        {.options = options, .environment = environment, .program = program, .diagnostics = diagnostics},
        probes[i], i);
    checker.run();
  }
  return program;
}

/// Checking with the diagnostics thrown away infers the types; each round can only widen them, and a chain of
/// assignments between maps is as long as the script's maps and variables are many.
void infer(const std::vector<ExpandedProbe>& probes, const AnalysisOptions& options,
           Environment& environment) {
  for (Environment before;;) {
    before = environment;
    Diagnostics muted;
    check_all(probes, options, environment, muted);
    if (environment == before) return;
  }
}

/// Maps and variables that get values only from one another, as in `@x = @x + 1`, start from zero, so they
/// hold numbers. Whether there were any.
bool make_numbers(Environment& environment) {
  bool any = false;
  auto make_number = [&](Type& type, bool is_assigned) {
    if (!type.is_none() || !is_assigned) return;
    type = integer_type(1, true);
    type.is_flexible = any = true;
  };
  for (MapFacts& map : environment.maps)
    make_number(map.value, map.is_assigned);
  for (auto& variables : environment.variables)
    for (VariableFacts& variable : variables)
      make_number(variable.type, variable.is_assigned);
  return any;
}

} // namespace

std::optional<typed::Program> analyze(const ast::Program& source, const Kernel& kernel,
                                      const AnalysisOptions& options, Diagnostics& diagnostics) {
  const std::vector<ExpandedProbe> probes = expand(source, kernel, options.parameters, diagnostics);

  Environment environment;
  environment.variables.resize(probes.size());
  infer(probes, options, environment);
  typed::Program program = check_all(probes, options, environment, diagnostics);
  if (!diagnostics.has_errors() && make_numbers(environment)) {
    infer(probes, options, environment);
    program = check_all(probes, options, environment, diagnostics);
  }
  for (const MapFacts& facts : environment.maps)
    program.maps.push_back({.name = facts.name,
                            .key = storage_type(facts.key),
                            .value = storage_type(facts.value),
                            .is_cleared = facts.is_cleared,
                            .declaration = {},
                            .span = facts.span});
  check_limits(program, diagnostics);
  if (diagnostics.has_errors()) return {};
  return program;
}

} // namespace trc
