#include "semantic/limits.h"

#include <algorithm>
#include <set>

#include "program/aggregation.h"
#include "program/records.h"
#include "semantic/frame_depth.h"
#include "semantic/typed_walk.h"

namespace trc {
namespace {

// A value has its place, padding and a NUL besides its bytes; numbers may be kept in memory for a moment.
constexpr uint64_t kOverhead = 16;

/// At most what working it out takes at one time: all that it is made of.
uint64_t memory_of(const typed::ExpressionPtr& expression) {
  uint64_t bytes = 0;
  auto add = [&](const typed::Expression& e) {
    bytes += kOverhead + (e.type.is_scalar() ? 0 : e.type.size);
    if (auto* call = std::get_if<typed::Call>(&e.node)) // an event is put together
      for (const auto& argument : call->arguments)
        bytes += kOverhead + argument->type.size;
    return false;
  };
  if (expression) typed::any_of(*expression, add);
  return bytes;
}

/// Finds the statement of a body that takes most.
class Search {
public:
  void block(const typed::Block& block) {
    for (const typed::Statement& s : block)
      statement(s);
  }

  uint64_t most = 0;
  Span where;

private:
  void statement(const typed::Statement& s) {
    auto take = [&](const auto&... expressions) {
      const uint64_t bytes = (memory_of(expressions) + ...);
      if (bytes <= most) return;
      most = bytes;
      where = s.span;
    };
    std::visit(overloaded{[&](const typed::Evaluate& n) { take(n.expression); },
                          [&](const typed::AssignVariable& n) { take(n.value); },
                          [&](const typed::AssignMap& n) { take(n.access.key, n.value); },
                          [&](const typed::UpdateMap& n) { take(n.access.key, n.value); },
                          [&](const typed::If& n) {
                            take(n.condition);
                            block(n.then);
                            block(n.otherwise);
                          },
                          [&](const typed::Nested& n) { block(n.block); },
                          [&](const typed::While& n) {
                            take(n.condition);
                            block(n.body);
                          },
                          [&](const typed::Unroll& n) { block(n.body); },
                          [&](const typed::ForRange& n) {
                            take(n.from, n.to);
                            block(n.body);
                          },
                          [&](const typed::ForMap& n) { block(n.body); },
                          [&](const typed::Return& n) { take(n.value); }, [](const auto&) {}},
               s.node);
  }
};

uint64_t variables_of(const std::vector<Type>& variables) {
  uint64_t bytes = 0;
  for (const Type& type : variables)
    bytes += (std::max(type.size, 8u) + 7) / 8 * 8;
  return bytes;
}

/// Functions have their memory beside that of the probe that calls them. `seen`: those that are counted
/// already.
uint64_t memory_of_functions(const typed::Program& program, const typed::Block& body,
                             std::set<typed::FunctionId>& seen) {
  uint64_t bytes = 0;
  typed::any_of(body, [&](const typed::Expression& e) {
    auto* call = std::get_if<typed::FunctionCall>(&e.node);
    if (!call || !seen.insert(call->function).second) return false;
    const typed::Function& function = program.functions[call->function];
    Search search;
    search.block(function.body);
    bytes +=
        variables_of(function.variables) + search.most + memory_of_functions(program, function.body, seen);
    return false;
  });
  return bytes;
}

} // namespace

/// Attaching thousands of probes takes a while, and a wildcard too many is quickly written: hence the
/// settings.
static void check_counts(const typed::Program& program, Diagnostics& diagnostics) {
  auto check = [&](size_t count, uint64_t most, const char* what, const char* setting) {
    if (count > most)
      diagnostics.report(DiagnosticId::too_many_probes, program.probes.front().span, std::to_string(count),
                         what, setting, std::to_string(most));
  };
  size_t probes = 0;
  for (const typed::Probe& probe : program.probes)
    probes += probe.instances.size();
  check(probes, program.settings.max_probes, "probes", "max_probes");
  check(program.probes.size(), program.settings.max_bpf_progs, "programs", "max_bpf_progs");
}

uint64_t bytes_per_cpu(const Type& aggregation) {
  constexpr std::pair<TypeKind, ValueKind> kKinds[] = {
      {TypeKind::hist, ValueKind::hist},
      {TypeKind::lhist, ValueKind::lhist},
      {TypeKind::tseries, ValueKind::tseries},
  };
  if (aggregation.kind == TypeKind::quantile)
    return aggregation_size(ValueKind::quantile, {aggregation.is_signed});
  for (const auto& [type, value] : kKinds)
    if (type == aggregation.kind) return aggregation_size(value, aggregation.parameters);
  return aggregation_size(ValueKind::stats, {}); // the others have two words at most
}

/// Code is made anew for each round, of all `unroll`s around it.
static void check_unrolls(const typed::Block& block, uint64_t rounds, Diagnostics& diagnostics) {
  constexpr uint64_t kMostRounds = 10000;
  for (const typed::Statement& s : block) {
    auto inside = [&](const typed::Block& inner) { check_unrolls(inner, rounds, diagnostics); };
    std::visit(overloaded{[&](const typed::If& n) {
                            inside(n.then);
                            inside(n.otherwise);
                          },
                          [&](const typed::Nested& n) { inside(n.block); },
                          [&](const typed::While& n) { inside(n.body); },
                          [&](const typed::ForRange& n) { inside(n.body); },
                          [&](const typed::ForMap& n) { inside(n.body); },
                          [&](const typed::Unroll& n) {
                            const uint64_t all = rounds * n.count;
                            if (all <= kMostRounds) return check_unrolls(n.body, all, diagnostics);
                            diagnostics.report(DiagnosticId::unroll_too_large, s.span, std::to_string(all),
                                               std::to_string(kMostRounds));
                          },
                          [](const auto&) {}},
               s.node);
  }
}

/// Time series are as long as the script says, and each CPU has one of its own.
static void check_series(const typed::Map& map, const Kernel& kernel, Diagnostics& diagnostics) {
  if (map.value.kind != TypeKind::tseries) return;
  const bool is_keyed = !map.key.is_none();
  const uint64_t generations = map.is_cleared && !is_keyed ? kLeastGenerations : 1;
  const uint64_t most =
      is_keyed ? kMostPerCpuValue : kMostScalar / (generations * std::max(1U, kernel.possible_cpus()));
  const uint64_t size = bytes_per_cpu(map.value);
  const auto intervals = static_cast<uint64_t>(map.value.parameters[1]);
  if (size > most)
    diagnostics.report(DiagnosticId::series_too_long, map.span, std::to_string(intervals),
                       std::to_string(size), is_keyed ? " and key" : "", std::to_string(most),
                       std::to_string(most / (size / intervals)));
}

void check_limits(const typed::Program& program, const Kernel& kernel, Diagnostics& diagnostics) {
  auto too_large = [&](Span span, std::string_view what, uint64_t bytes) {
    diagnostics.report(DiagnosticId::scratch_too_large, span, what, std::to_string(bytes),
                       std::to_string(kMostScratch));
  };
  for (const typed::Map& map : program.maps) {
    check_series(map, kernel, diagnostics);
    if (map.key.size > kMostKey)
      diagnostics.report(DiagnosticId::key_too_large, map.span, map.name, std::to_string(map.key.size),
                         std::to_string(kMostKey));
    // The kernel makes no hash table without bytes. A scalar stands elsewhere.
    auto is_empty = [](const Type& type) {
      return !type.is_none() && !type.is_aggregation() && type.size == 0;
    };
    const bool has_no_key = is_empty(map.key);
    if (has_no_key || (!map.key.is_none() && is_empty(map.value)))
      diagnostics.report(DiagnosticId::nothing_in_map, map.span, map.name, has_no_key ? "keys" : "values",
                         spelling(has_no_key ? map.key : map.value));
  }
  check_counts(program, diagnostics);
  for (const typed::Probe& probe : program.probes)
    check_unrolls(probe.body, 1, diagnostics);
  for (const typed::Function& function : program.functions)
    check_unrolls(function.body, 1, diagnostics);
  // Functions that call themselves have been reported, and have no end.
  if (!diagnostics.has_errors()) check_frame_depth(program, diagnostics);
  for (const typed::Probe& probe : program.probes) {
    const uint64_t variables = variables_of(probe.variables);
    std::set<typed::FunctionId> called;
    const uint64_t functions = memory_of_functions(program, probe.body, called);
    Search search;
    search.block(probe.body);
    if (variables + functions > kMostScratch)
      too_large(probe.span,
                called.empty() ? "the variables of this probe take"
                               : "the variables of this probe and what the functions that it calls need take",
                variables + functions);
    else if (variables + functions + search.most > kMostScratch)
      too_large(search.where, "with the probe's variables, the values of this statement take",
                variables + functions + search.most);
  }
}

} // namespace trc
