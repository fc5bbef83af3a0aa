// The settings of a script: what its `config` block and the environment say, with defaults from settings.def.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace trc {

enum class SettingKind : uint8_t { boolean, number, choice, text };

struct Settings {
#define TRC_SETTING_TYPE_boolean bool
#define TRC_SETTING_TYPE_number uint64_t
#define TRC_SETTING_TYPE_choice std::string
#define TRC_SETTING_TYPE_text std::string
#define SETTING(id, kind, standard, low, high, choices, doc) TRC_SETTING_TYPE_##kind id = standard;
#include "lang/settings.def"
#undef SETTING
#undef TRC_SETTING_TYPE_boolean
#undef TRC_SETTING_TYPE_number
#undef TRC_SETTING_TYPE_choice
#undef TRC_SETTING_TYPE_text
};

/// A row of settings.def, for messages and documents.
struct SettingRow {
  std::string_view name;
  SettingKind kind;
  std::string_view standard; ///< as the row spells it
  uint64_t low, high;
  std::string_view choices; ///< separated by `|`
  std::string_view doc;
};

const std::vector<SettingRow>& setting_rows();
/// Null if there is none of that name.
const SettingRow* find_setting(std::string_view name);

/// A row of old_settings.def.
struct OldSettingRow {
  std::string_view name;
  std::string_view now; ///< empty: ignored
  bool is_inverted;
};

const OldSettingRow* find_old_setting(std::string_view name);

struct SettingError {
  std::string value; ///< as it was given
  std::string hint;  ///< what it may be
};

/// Reads the text of a value: "true" and its like, a number in any form of the language, one of the choices.
std::expected<void, SettingError> set(Settings& settings, const SettingRow& row, std::string_view value);

/// The same for a key of the environment or a config block in any spelling: `MAX_STRLEN`, `TRC_MAX_STRLEN`,
/// an old one. Gives the row that was meant, null if there is none; `old` is set if the key was an old one.
struct NamedSetting {
  const SettingRow* row = nullptr;
  const OldSettingRow* old = nullptr;
};
NamedSetting find_setting_by_any_name(std::string_view key);
std::expected<void, SettingError> set(Settings& settings, const NamedSetting& named, std::string_view value);

} // namespace trc
