#include "driver/describe.h"

#include <algorithm>
#include <cctype>

#include "base/diagnostic.h"
#include "base/text.h"
#include "lang/builtins.h"
#include "lang/planned.h"
#include "lang/settings.h"
#include "library/library.h"
#include "probes/provider.h"

namespace trc {
namespace {

struct DiagnosticText {
  std::string_view id, severity, text, hint;
};
constexpr DiagnosticText kDiagnostics[] = {
#define DIAGNOSTIC(id, severity, text, hint) {#id, #severity, text, hint},
#include "base/diagnostics.def"
#undef DIAGNOSTIC
};

struct OptionText {
  char letter;
  std::string_view name, argument, doc;
};
constexpr OptionText kOptions[] = {
#define OPTION(id, letter, name, argument, doc) {letter, name, argument, doc},
#include "driver/options.def"
#undef OPTION
};

std::string line(std::string_view text) { return "    " + std::string(text) + "\n"; }

std::string_view kind_of(const Builtin& row) {
  switch (row.kind) {
  case BuiltinKind::value: return "value";
  case BuiltinKind::function: return "function";
  case BuiltinKind::action: return "action";
  case BuiltinKind::aggregation: return "aggregation";
  }
  return "";
}

std::string of_builtin(const Builtin& row) {
  std::string text(row.name);
  if (row.kind != BuiltinKind::value || !row.signature.empty())
    text += "(" + std::string(row.signature) + ")";
  if (row.result != "special" && row.result != "none") text += " " + std::string(row.result);
  return text + ": " + std::string(kind_of(row)) + "\n" + line(row.doc) +
         line("example: " + std::string(row.example));
}

std::string of_provider(const probes::Provider& row) {
  std::string text = std::string(row.syntax) + ": probe type\n" + line(row.summary);
  std::string aliases;
  for (std::string_view alias : row.aliases)
    aliases += (aliases.empty() ? "`" : ", `") + std::string(alias) + "`";
  return aliases.empty() ? text : text + line("also written " + aliases);
}

std::string of_setting(const SettingRow& row) {
  std::string values;
  for (std::string_view choice : split(row.choices, '|'))
    if (!choice.empty()) values += (values.empty() ? "`" : ", `") + std::string(choice) + "`";
  if (row.kind == SettingKind::number)
    values = "`" + std::to_string(row.low) + "` to `" + std::to_string(row.high) + "`";
  if (row.kind == SettingKind::boolean) values = "`true`, `false`";
  return std::string(row.name) + ": setting, `config = { " + std::string(row.name) + " = … }`\n" +
         line(row.doc) + (values.empty() ? "" : line("values: " + values)) +
         line("without it: `" + std::string(row.standard) + "`");
}

/// Its comment: what it gives, and an example.
std::string of_library(const LibraryFile& file) {
  std::string text = std::string(file.name) + ": macro of the library\n";
  for (std::string_view part : split(file.text, '\n'))
    if (part.starts_with("// ")) text += line(part.substr(3));
  return text;
}

std::string of_diagnostic(const DiagnosticText& row) {
  std::string text = std::string(row.id) + ": " + std::string(row.severity) + " message\n" + line(row.text);
  return row.hint.empty() ? text : text + line("hint: " + std::string(row.hint));
}

std::string of_option(const OptionText& row) {
  std::string text = row.letter ? std::string("-") + row.letter : "";
  if (!row.name.empty()) text += (text.empty() ? "--" : ", --") + std::string(row.name);
  if (!row.argument.empty()) text += " " + std::string(row.argument);
  return text + ": option\n" + line(row.doc);
}

std::string name_of(const OptionText& row) {
  return row.name.empty() ? std::string("-") + row.letter : "--" + std::string(row.name);
}

/// "max_strlen" as it may be written in the environment or beside its signature: `TRC_MAX_STRLEN`, `str()`.
std::string plain(std::string name) {
  if (const size_t open = name.find('('); open != name.npos && open > 0) name.resize(open);
  return std::string(trim(name));
}

class Entries {
public:
  explicit Entries(const std::string& name) {
    for (const Builtin& row : builtins())
      if (row.name == name) add(of_builtin(row));
    for (const LibraryFile& file : library_files())
      if (file.name == name) add(of_library(file));
    if (const probes::Provider* provider = probes::find_provider(name.substr(0, name.find(':'))))
      add(of_provider(*provider));
    if (const NamedSetting setting = find_setting_by_any_name(name); setting.row)
      add(of_setting(*setting.row));
    for (const DiagnosticText& row : kDiagnostics)
      if (row.id == name) add(of_diagnostic(row));
    for (const OptionText& row : kOptions)
      if (name == name_of(row) || (row.letter && name == std::string("-") + row.letter)) add(of_option(row));
  }

  std::string text;

private:
  void add(const std::string& entry) { text += (text.empty() ? "" : "\n") + entry; }
};

} // namespace

std::vector<NameGroup> describable_names() {
  std::vector<NameGroup> groups(6);
  groups[0].kind = "probe types";
  for (const probes::Provider& provider : probes::providers())
    groups[0].names.emplace_back(provider.name);
  groups[1] = {"builtins", builtin_names()};
  groups[2].kind = "macros of the library";
  for (const LibraryFile& file : library_files())
    groups[2].names.emplace_back(file.name);
  groups[3].kind = "settings";
  for (const SettingRow& row : setting_rows())
    groups[3].names.emplace_back(row.name);
  groups[4].kind = "options";
  for (const OptionText& row : kOptions)
    groups[4].names.push_back(name_of(row));
  groups[5].kind = "messages";
  for (const DiagnosticText& row : kDiagnostics)
    groups[5].names.emplace_back(row.id);
  return groups;
}

Result<std::string> describe(const std::string& name) {
  const std::string wanted = plain(name);
  std::string text = Entries(wanted).text;
  if (!text.empty()) return text;
  std::vector<std::string> names;
  for (NameGroup& group : describable_names())
    std::ranges::move(group.names, std::back_inserter(names));
  std::string hint = hint_for_unknown(wanted, names);
  if (hint.empty()) hint = "`trc describe` lists all names; `trc -l` those of probes";
  return failure(ErrorKind::not_found, "there is nothing of the name `" + wanted + "`", hint);
}

std::string list_describable() {
  constexpr size_t kWidth = 100;
  std::string text;
  for (const NameGroup& group : describable_names()) {
    text += std::string(group.kind) + ":\n";
    std::string row = "   ";
    for (const std::string& name : group.names) {
      if (row.size() + 1 + name.size() > kWidth) {
        text += row + "\n";
        row = "   ";
      }
      row += " " + name;
    }
    text += row + "\n";
  }
  return text;
}

} // namespace trc
