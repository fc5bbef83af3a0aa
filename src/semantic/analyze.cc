#include "semantic/analyze.h"

#include <algorithm>

#include "ctypes/type_table.h"
#include "dwarf/debug_info.h"
#include "parser/ast_walk.h"
#include "semantic/check.h"
#include "semantic/limits.h"
#include "semantic/map_declarations.h"
#include "semantic/pinned.h"

namespace trc {
namespace {

/// What all rounds of checking start from.
struct Input {
  const Kernel& kernel;
  const AnalysisOptions& options;
  const std::vector<ExpandedProbe>& probes;
  Declarations declarations;
  std::shared_ptr<const TypeSource> kernel_types;
  std::shared_ptr<const TypeSource> types; ///< the script's own, then the kernel's, then those of programs
  std::shared_ptr<const TypeSource> types_in_programs; ///< those of programs before the kernel's
};

CheckContext context(const Input& input, Environment& environment, typed::Program& program,
                     std::vector<FunctionCalls>& calls, Diagnostics& diagnostics) {
  return {.kernel = input.kernel,
          .options = input.options,
          .declarations = input.declarations,
          .calls = calls,
          .environment = environment,
          .program = program,
          .diagnostics = diagnostics,
          .kernel_types = input.kernel_types.get(),
          .types = input.types.get()};
}

typed::Program check_all(const Input& input, Environment& environment, Diagnostics& diagnostics) {
  typed::Program program;
  program.types = input.types;
  const auto& functions = input.declarations.functions;
  std::vector<FunctionCalls> calls(functions.size());
  const CheckContext with = context(input, environment, program, calls, diagnostics);
  for (size_t i = 0; i < functions.size(); ++i)
    Checker(with, input.probes.size() + i).run(functions[i]);
  for (size_t i = 0; i < input.probes.size(); ++i) {
    CheckContext of_probe = with;
    // In a program its own types are meant, where the kernel has others of the same name.
    if (input.probes[i].matches.front().file_address) of_probe.types = input.types_in_programs.get();
    Checker(of_probe, i).run(input.probes[i]);
  }
  report_recursion(input.declarations, calls, diagnostics);
  return program;
}

/// Fills in the types of functions, before any body is looked at, and reads what is declared of maps.
DeclaredMaps resolve_declarations(const ast::Program& source, Input& input, Environment& environment,
                                  Diagnostics& diagnostics) {
  typed::Program unused;
  unused.types = input.types;
  std::vector<FunctionCalls> calls;
  Checker checker(context(input, environment, unused, calls, diagnostics), 0);
  for (FunctionSignature& function : input.declarations.functions)
    checker.resolve(function);
  auto number = [&](const ast::Expression& e) { return checker.known_number(e); };
  return read_map_declarations(source, number, diagnostics);
}

/// Checking with the diagnostics thrown away infers the types; each round can only widen them, and a chain of
/// assignments between maps is as long as the script's maps and variables are many.
void infer(const Input& input, Environment& environment) {
  for (Environment before;;) {
    before = environment;
    Diagnostics muted;
    check_all(input, environment, muted);
    if (environment == before) return;
  }
}

std::vector<std::shared_ptr<const TypeSource>>
sources_of(std::vector<std::shared_ptr<const TypeSource>> sources) {
  std::erase(sources, nullptr);
  return sources;
}

/// Probes that this kernel lacks are not checked. What they may assign to is no mistake in the others.
std::map<std::string, bool> maps_of_missing_probes(const ast::Program& source,
                                                   const std::vector<ExpandedProbe>& probes) {
  std::map<std::string, bool> maps;
  for (const ast::Probe& probe : source.probes) {
    const auto is_this = [&](const ExpandedProbe& expanded) { return expanded.source == &probe; };
    if (std::ranges::any_of(probes, is_this)) continue;
    ast::walk(probe.body, [&](const ast::Expression& e) {
      if (const auto* map = std::get_if<ast::Map>(&e.node)) maps[map->name] |= !map->keys.empty();
    });
  }
  return maps;
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
  for (MapFacts& map : environment.maps) {
    make_number(map.value, map.is_assigned);
    make_number(map.key, map.is_keyed); // known only to a probe that this kernel lacks
  }
  for (auto& variables : environment.variables)
    for (auto& [site, variable] : variables)
      make_number(variable.type, variable.is_assigned);
  return any;
}

} // namespace

std::optional<typed::Program> analyze(const ast::Program& source, const Kernel& kernel,
                                      const AnalysisOptions& options, Diagnostics& diagnostics) {
  const std::vector<ExpandedProbe> probes = expand(source, kernel, options, diagnostics);
  Input input = {kernel,  options, probes, collect_declarations(source, diagnostics), options.kernel_types,
                 nullptr, nullptr};
  input.types = type_table(sources_of({options.definitions, input.kernel_types, options.programs}));
  input.types_in_programs =
      type_table(sources_of({options.definitions, options.programs, input.kernel_types}));

  Environment environment;
  environment.maps_elsewhere = maps_of_missing_probes(source, probes);
  environment.variables.resize(probes.size() + source.functions.size());
  const DeclaredMaps declared = resolve_declarations(source, input, environment, diagnostics);
  infer(input, environment);
  typed::Program program = check_all(input, environment, diagnostics);
  if (!diagnostics.has_errors() && make_numbers(environment)) {
    infer(input, environment);
    program = check_all(input, environment, diagnostics);
  }
  program.settings = options.settings;
  for (const MapFacts& facts : environment.maps)
    program.maps.push_back({.name = facts.name,
                            .key = storage_type(facts.key),
                            .value = storage_type(facts.value),
                            .is_cleared = facts.is_cleared,
                            .declaration = {},
                            .span = facts.span});
  apply_map_declarations(declared, program, diagnostics);
  check_limits(program, kernel, diagnostics);
  check_pinned(program, diagnostics);
  if (diagnostics.has_errors()) return {};
  return program;
}

} // namespace trc
