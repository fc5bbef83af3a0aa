#include "lang/settings.h"

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

} // namespace trc
