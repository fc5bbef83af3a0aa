// What is known of the script's maps and variables while their types are being inferred. Types only grow (to
// wider integers, longer strings), so checking all bodies again until nothing changes gives the final ones.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/source.h"
#include "lang/type.h"
#include "semantic/typed_program.h"

namespace trc {

struct MapFacts {
  std::string name;
  Type key;               ///< none: not known, or a scalar
  Type value;             ///< none: never assigned so far
  bool is_keyed = false;  ///< used with a key
  bool is_scalar = false; ///< used without one; the use that comes first decides
  bool is_cleared = false;
  bool is_counted = false;  ///< goes on from what it holds, by `++`, `+=` and the like
  bool is_assigned = false; ///< somewhere, if perhaps by a value whose type is not known
  Span span;                ///< of its first use

  bool operator==(const MapFacts&) const = default;
};

struct VariableFacts {
  Type type;                ///< none: not known
  bool is_assigned = false; ///< somewhere, if perhaps by a value whose type is not known
  bool is_fixed = false;    ///< declared with its type, which does not grow

  bool operator==(const VariableFacts&) const = default;
};

/// The place of a declaration: the calls of macros that led there, outermost first, and the place itself.
/// That tells a macro's variables in one call from those in another, whatever else is checked.
using DeclarationSite = std::vector<uint32_t>;

struct Environment {
  std::vector<MapFacts> maps; ///< in order of appearance; index = typed::MapId
  /// Maps that probes use which this kernel lacks, where they may be assigned to; and whether with keys.
  std::map<std::string, bool> maps_elsewhere;
  /// For each expanded probe, then for each function.
  std::vector<std::map<DeclarationSite, VariableFacts>> variables;

  bool operator==(const Environment&) const = default;

  typed::MapId map_id(const std::string& name, Span span) {
    for (size_t i = 0; i < maps.size(); ++i)
      if (maps[i].name == name) return i;
    const auto elsewhere = maps_elsewhere.find(name);
    const bool is_elsewhere = elsewhere != maps_elsewhere.end();
    maps.push_back({.name = name,
                    .key = {},
                    .value = {},
                    .is_keyed = is_elsewhere && elsewhere->second,
                    .is_assigned = is_elsewhere,
                    .span = span});
    return maps.size() - 1;
  }
};

} // namespace trc
