#include "semantic/map_declarations.h"

#include <algorithm>
#include <iterator>

namespace trc {
namespace {

struct Row {
  std::string_view name;
  MapKind kind;
  bool is_percpu;
};

constexpr Row kKinds[] = {
    {"hash", MapKind::hash, false},
    {"lruhash", MapKind::lru_hash, false},
    {"percpuhash", MapKind::percpu_hash, true},
    {"percpulruhash", MapKind::lru_percpu_hash, true},
};

const Row* find_kind(std::string_view name) {
  const auto* row =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](auto& r) { return r.name == name; });
  return row == std::end(kKinds) ? nullptr : row;
}

std::string list_of_kinds() {
  std::string list;
  for (const Row& row : kKinds)
    list += (list.empty() ? "`" : ", `") + std::string(row.name) + "`";
  return list;
}

} // namespace

DeclaredMaps
read_map_declarations(const ast::Program& program,
                      const std::function<std::optional<uint64_t>(const ast::Expression&)>& number,
                      Diagnostics& diagnostics) {
  DeclaredMaps declared;
  for (const ast::MapDeclaration& source : program.map_declarations) {
    const Row* row = find_kind(source.kind.name);
    if (!row) {
      diagnostics.report(DiagnosticId::unknown_map_kind, source.kind.span, source.kind.name, list_of_kinds());
      continue;
    }
    const auto entries = number(*source.entries);
    if (!entries || *entries < 1 || *entries > find_setting("max_map_keys")->high) {
      diagnostics.report(DiagnosticId::bad_map_size, source.entries->span, source.map.name,
                         std::to_string(find_setting("max_map_keys")->high));
      continue;
    }
    const typed::MapDeclaration declaration = {row->kind, static_cast<uint32_t>(*entries)};
    if (!declared
             .try_emplace(source.map.name,
                          DeclaredMap{declaration, source.kind, source.map.span, source.is_imported})
             .second)
      diagnostics.report(DiagnosticId::defined_twice, source.map.span, source.map.name);
  }
  return declared;
}

void apply_map_declarations(const DeclaredMaps& declared, typed::Program& program, Diagnostics& diagnostics) {
  for (const auto& [name, map] : declared) {
    auto used = std::find_if(program.maps.begin(), program.maps.end(),
                             [&](const typed::Map& m) { return m.name == name; });
    if (used == program.maps.end()) {
      // What is there for many scripts is not used by each of them.
      if (!map.is_imported) diagnostics.report(DiagnosticId::unused_map, map.span, name);
      continue;
    }
    const bool aggregates = used->value.is_aggregation();
    if (!used->value.is_none() && aggregates != find_kind(map.kind.name)->is_percpu)
      diagnostics.report(DiagnosticId::map_kind_mismatch, map.kind.span, name, map.kind.name,
                         with_article(used->value),
                         aggregates ? "`percpuhash` or `percpulruhash`" : "`hash` or `lruhash`");
    used->declaration = map.declaration;
  }
}

} // namespace trc
