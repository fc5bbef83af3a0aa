#include "driver/environment.h"

namespace trc {

static std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

Result<std::vector<SettingOverride>> read_environment(const char* const* environment) {
  std::vector<SettingOverride> found;
  Settings checked;
  for (std::string_view prefix : {"BPFTRACE_", "TRC_"}) {
    for (const char* const* entry = environment; entry && *entry; ++entry) {
      const std::string_view text = *entry;
      const size_t equals = text.find('=');
      if (!text.starts_with(prefix) || equals == text.npos) continue;
      const std::string key(text.substr(0, equals)), value(text.substr(equals + 1));
      const NamedSetting setting = find_setting_by_any_name(key);
      if (!setting.row) continue; // of another matter: TRC_COLOR
      if (auto done = set(checked, setting, value); !done)
        return failure(ErrorKind::invalid, quoted(key) + " in the environment can't be " + quoted(value),
                       done.error().hint);
      found.push_back({key, setting, value});
    }
  }
  return found;
}

} // namespace trc
