// The settings of a script: what its `config` block and the environment say, with defaults from settings.def.
#pragma once

#include <cstdint>
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

} // namespace trc
