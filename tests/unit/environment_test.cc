// Settings from the environment.
#include "driver/environment.h"

#include <gtest/gtest.h>

namespace trc {
namespace {

TEST(Environment, ReadsItsOwnNamesLast) {
  const char* environment[] = {"TRC_MAX_STRLEN=64", "BPFTRACE_MAX_STRLEN=32", "TRC_COLOR=never", "HOME=/",
                               nullptr};
  auto read = read_environment(environment);
  ASSERT_TRUE(read);
  Settings settings;
  for (const SettingOverride& by : *read)
    ASSERT_TRUE(set(settings, by.setting, by.value));
  EXPECT_EQ(settings.max_strlen, 64u);
}

TEST(Environment, RefusesWhatNoSettingTakes) {
  const char* environment[] = {"TRC_MISSING_PROBES=perhaps", nullptr};
  auto read = read_environment(environment);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().cause, "`TRC_MISSING_PROBES` in the environment can't be `perhaps`");
  EXPECT_EQ(read.error().hint, "it is one of `error`, `warn`, `ignore`");
}

TEST(Environment, KnowsOldNames) {
  const char* environment[] = {"BPFTRACE_NO_CPP_DEMANGLE=1", "BPFTRACE_STRLEN=16", nullptr};
  auto read = read_environment(environment);
  ASSERT_TRUE(read);
  Settings settings;
  for (const SettingOverride& by : *read) {
    EXPECT_NE(by.setting.old, nullptr);
    ASSERT_TRUE(set(settings, by.setting, by.value));
  }
  EXPECT_FALSE(settings.cpp_demangle);
  EXPECT_EQ(settings.max_strlen, 16u);
}

TEST(Settings, RowsReadTheirOwnDefaults) {
  for (const SettingRow& row : setting_rows()) {
    Settings settings;
    std::string standard(row.standard);
    if (standard.starts_with('"')) standard = standard.substr(1, standard.size() - 2);
    EXPECT_TRUE(set(settings, row, standard)) << row.name;
  }
}

} // namespace
} // namespace trc
