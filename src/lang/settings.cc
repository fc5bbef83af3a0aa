#include "lang/settings.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lang/literal.h"

namespace trc {

const std::vector<SettingRow>& setting_rows() {
  static const std::vector<SettingRow> rows = {
#define SETTING(id, kind, standard, low, high, choices, doc)                                                 \
  {#id, SettingKind::kind, #standard, low, high, choices, doc},
#include "lang/settings.def"
#undef SETTING
  };
  return rows;
}

const SettingRow* find_setting(std::string_view name) {
  const auto& rows = setting_rows();
  auto found =
      std::find_if(rows.begin(), rows.end(), [&](const SettingRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

const OldSettingRow* find_old_setting(std::string_view name) {
  static constexpr OldSettingRow kRows[] = {
#define OLD_SETTING(name, now, is_inverted) {name, now, is_inverted},
#include "lang/old_settings.def"
#undef OLD_SETTING
  };
  const auto* found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const auto& row) { return row.name == name; });
  return found == std::end(kRows) ? nullptr : found;
}

namespace {

std::optional<bool> read_boolean(std::string_view text) {
  for (std::string_view word : {"1", "true", "on", "yes"})
    if (text == word) return true;
  for (std::string_view word : {"0", "false", "off", "no"})
    if (text == word) return false;
  return {};
}

bool read(bool& value, const SettingRow&, std::string_view text) {
  auto known = read_boolean(text);
  if (known) value = *known;
  return known.has_value();
}

bool read(uint64_t& value, const SettingRow& row, std::string_view text) {
  auto number = parse_integer(text, LiteralOrigin::text);
  if (!number || number->value < row.low || number->value > row.high) return false;
  value = number->value;
  return true;
}

bool read(std::string& value, const SettingRow& row, std::string_view text) {
  const auto choices = split(row.choices, '|');
  const bool good =
      row.kind == SettingKind::text || std::find(choices.begin(), choices.end(), text) != choices.end();
  if (good) value = text;
  return good;
}

std::string expectation(const SettingRow& row) {
  if (row.kind == SettingKind::boolean) return "it is `true` or `false`";
  if (row.kind == SettingKind::number)
    return "it is a number from " + std::to_string(row.low) + " to " + std::to_string(row.high);
  std::string text;
  for (std::string_view choice : split(row.choices, '|'))
    text += (text.empty() ? "it is one of `" : ", `") + std::string(choice) + "`";
  return text;
}

} // namespace

std::expected<void, SettingError> set(Settings& settings, const SettingRow& row, std::string_view value) {
  bool good = false;
#define SETTING(id, kind, standard, low, high, choices, doc)                                                 \
  if (row.name == #id) good = read(settings.id, row, value);
#include "lang/settings.def"
#undef SETTING
  if (good) return {};
  return std::unexpected(SettingError{std::string(value), expectation(row)});
}

NamedSetting find_setting_by_any_name(std::string_view key) {
  std::string name = to_lower(key);
  for (std::string_view prefix : {"trc_", "bpftrace_"})
    if (name.starts_with(prefix)) name = name.substr(prefix.size());
  NamedSetting found = {find_setting(name), find_old_setting(name)};
  if (found.old) found.row = find_setting(found.old->now);
  return found;
}

std::expected<void, SettingError> set(Settings& settings, const NamedSetting& named, std::string_view value) {
  if (!named.row) return {};
  if (!named.old || !named.old->is_inverted) return set(settings, *named.row, value);
  auto known = read_boolean(value);
  return set(settings, *named.row, known ? (*known ? "false" : "true") : value);
}

} // namespace trc
