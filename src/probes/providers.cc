// The table of providers, from the rows of providers.def, and the way from an attach point to its provider.
#include "probes/provider.h"

#include <algorithm>

#include "base/text.h"
#include "lang/planned.h"

namespace trc::probes {

#define PROVIDER(id, names, syntax, summary)                                                                 \
  void resolve_##id(const AttachPointText&, const ResolveContext&, std::vector<Match>&);                     \
  Result<void> list_##id(const ListRequest&);
#include "probes/providers.def"
#undef PROVIDER

namespace {

struct Row {
  std::vector<std::string_view> names;
  std::string_view syntax, summary;
  Resolve resolve;
  List list;
};

// The rows write the names in parentheses, since they hold commas.
#define TRC_UNWRAP(...) __VA_ARGS__

std::vector<Provider> make_providers() {
  const std::vector<Row> rows = {
#define PROVIDER(id, names, syntax, summary) {TRC_UNWRAP names, syntax, summary, resolve_##id, list_##id},
#include "probes/providers.def"
#undef PROVIDER
  };
  std::vector<Provider> made;
  for (const Row& row : rows)
    made.push_back({.name = row.names.front(),
                    .aliases = {row.names.begin() + 1, row.names.end()},
                    .syntax = row.syntax,
                    .summary = row.summary,
                    .resolve = row.resolve,
                    .list = row.list});
  return made;
}

} // namespace

const std::vector<Provider>& providers() {
  static const std::vector<Provider> table = make_providers();
  return table;
}

const Provider* find_provider(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const Provider& provider : providers()) {
    const auto& aliases = provider.aliases;
    if (lower == provider.name || std::find(aliases.begin(), aliases.end(), name) != aliases.end())
      return &provider;
  }
  return nullptr;
}

void resolve(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches) {
  if (const Provider* provider = find_provider(point.provider.text))
    return provider->resolve(point, context, matches);
  std::vector<std::string> names;
  for (const Provider& provider : providers())
    names.emplace_back(provider.name);
  std::string hint = hint_for_unknown(to_lower(point.provider.text), names);
  if (hint.empty()) {
    hint = "known are";
    for (const std::string& name : names)
      hint += " `" + name + "`";
  }
  context.diagnostics.report(DiagnosticId::unknown_provider, point.provider.span, point.provider.text, hint);
}

} // namespace trc::probes
