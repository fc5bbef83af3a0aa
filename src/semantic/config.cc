#include "semantic/config.h"

#include <algorithm>
#include <iterator>

#include "base/overloaded.h"
#include "base/text.h"

namespace trc {
namespace {

std::string text_of(const ast::Expression& value) {
  return std::visit(overloaded{[](const ast::String& n) { return n.value; },
                               [](const ast::Boolean& n) { return std::string(n.value ? "true" : "false"); },
                               [](const ast::Integer& n) {
                                 const auto number = static_cast<int64_t>(n.literal.value);
                                 return std::to_string(number);
                               },
                               [](const ast::Name& n) { return n.name; },
                               [](const auto&) { return std::string("this"); }},
                    value.node);
}

std::string hint_for(const std::string& key) {
  // They are asked for before there is a script.
  static constexpr std::string_view kEnvironmentOnly[] = {"btf",   "kernel_build",  "kernel_source",
                                                          "color", "kernel_config", "vmlinux"};
  std::string name = to_lower(key);
  for (std::string_view prefix : {"trc_", "bpftrace_"})
    if (name.starts_with(prefix)) name = name.substr(prefix.size());
  if (std::find(std::begin(kEnvironmentOnly), std::end(kEnvironmentOnly), name) != std::end(kEnvironmentOnly))
    return "it is read from the environment only";
  std::vector<std::string> known;
  for (const SettingRow& row : setting_rows())
    known.emplace_back(row.name);
  std::string hint = did_you_mean(name, known);
  return hint.empty() ? "trc-lang(7) lists them" : hint;
}

} // namespace

void read_config(const ast::Program& program, Settings& settings, Diagnostics& diagnostics) {
  for (const ast::ConfigEntry& entry : program.config) {
    const auto& [key, span] = entry.key;
    const NamedSetting named = find_setting_by_any_name(key);
    if (!named.row && !named.old) {
      diagnostics.report(DiagnosticId::unknown_setting, span, key, hint_for(key));
      continue;
    }
    if (!named.row) diagnostics.report(DiagnosticId::ignored_setting, span, key);
    if (named.row && named.old)
      diagnostics.report(DiagnosticId::old_setting, span, key, named.row->name,
                         named.old->is_inverted ? "and means the opposite" : "");
    if (auto done = set(settings, named, text_of(*entry.value)); !done)
      diagnostics.report(DiagnosticId::bad_setting, entry.value->span, named.row->name, done.error().value,
                         done.error().hint);
  }
}

} // namespace trc
