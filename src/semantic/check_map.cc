// Maps: their keys, reading them, and the types that all uses together give them.
#include "base/text.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

std::optional<typed::MapAccess> Checker::access(const ast::Map& node, Span span) {
  typed::Expressions keys;
  std::vector<Type> types;
  for (const ast::ExpressionPtr& key : node.keys) {
    keys.push_back(value(*key));
    // A key that is not known yet leaves the map's key type alone for this round.
    if (keys.back()->type.is_none()) return typed::MapAccess{map_id(node.name, span), unknown(span)};
    types.push_back(keys.back()->type);
  }
  if (keys.empty()) return access(node.name, span, nullptr);
  if (keys.size() == 1) return access(node.name, span, std::move(keys.front()));
  Span keys_span = join(keys.front()->span, keys.back()->span);
  ExpressionPtr tuple = typed::make_expression(keys_span, tuple_type(types), typed::TupleOf{std::move(keys)});
  return access(node.name, span, std::move(tuple));
}

std::optional<typed::MapAccess> Checker::access(const std::string& name, Span span, ExpressionPtr key) {
  typed::MapId id = map_id(name, span);
  MapFacts& map = facts(id);
  if (!key) {
    if (map.is_keyed) {
      report(DiagnosticId::map_needs_key, span, map.name);
      return {};
    }
    map.is_scalar = true;
    return typed::MapAccess{id, nullptr};
  }
  // That it was read without a key says less than that it is assigned with one.
  if (map.is_scalar && !map.is_assigned) map.is_scalar = false;
  if (map.is_scalar) {
    report(DiagnosticId::map_has_no_key, span, map.name);
    return {};
  }
  map.is_keyed = true;
  Joined joined = join_types(map.key, key->type);
  if (joined.fit == Fit::bad || key->type.is_aggregation()) {
    report(DiagnosticId::key_mismatch, key->span, map.name, with_article(storage_type(map.key)),
           with_article(key->type));
    return {};
  }
  if (joined.fit == Fit::sign_lost) report(DiagnosticId::sign_lost, key->span, map.name);
  map.key = joined.type;
  return typed::MapAccess{id, convert(std::move(key), storage_type(map.key))};
}

typed::MapId Checker::whole_map(const ast::Map& node, Span span) { return map_id(node.name, span); }

bool Checker::is_known(typed::MapId id, Span span) {
  const MapFacts& map = facts(id);
  if (!map.value.is_none()) return true;
  std::vector<std::string> known;
  for (const MapFacts& other : context_.environment.maps)
    if (!other.value.is_none()) known.push_back(other.name);
  // If it is given values without a type, the reason has been said, or will be.
  if (!map.is_assigned) report(DiagnosticId::undefined_map, span, map.name, did_you_mean(map.name, known));
  return false;
}

bool Checker::widen(Type& type, const Type& by, const std::string& what, Span span) {
  if (by.is_none()) return false;
  if (by.is_aggregation() && what.front() != '@') return false;
  Joined joined = join_types(type, by);
  if (joined.fit == Fit::bad) {
    if (type.is_aggregation() && !by.is_aggregation())
      report(DiagnosticId::aggregation_not_assignable, span, what, with_article(type));
    else
      report(DiagnosticId::type_mismatch, span, what, with_article(storage_type(type)), with_article(by));
    return false;
  }
  if (joined.fit == Fit::sign_lost) report(DiagnosticId::sign_lost, span, what);
  type = joined.type;
  return true;
}

typed::ExpressionPtr Checker::map_read(const ast::Map& node, Span span) {
  auto where = access(node, span);
  if (!where || !is_known(where->map, span)) return unknown(span);
  const Type type = read_type(facts(where->map).value);
  if (!type.is_aggregation()) return typed::make_expression(span, type, typed::MapRead{std::move(*where)});
  if (!type.is_castable()) {
    report(DiagnosticId::aggregation_unreadable, span, facts(where->map).name, with_article(type));
    return unknown(span);
  }
  const bool is_signed = type.kind != TypeKind::count && type.is_signed;
  return typed::make_expression(span, integer_type(8, is_signed), typed::AggregationRead{std::move(*where)});
}

} // namespace trc
