// See privileges.h.
#include "runtime/privileges.h"

#include <charconv>

#include "base/text.h"
#include "kernel/files.h"

namespace trc::runtime {
namespace {

// Numbers of linux/capability.h; the headers of older distributions lack the last two.
constexpr unsigned kSysAdmin = 21, kPerfmon = 38, kBpf = 39;

constexpr std::string_view kHint =
    "run it with sudo, or as root give the file the capabilities once: "
    "setcap cap_bpf,cap_perfmon,cap_dac_read_search,cap_dac_override+ep $(which trc)";

uint64_t effective_capabilities(std::string_view status) {
  constexpr std::string_view kField = "CapEff:";
  for (std::string_view line : split(status, '\n')) {
    if (!line.starts_with(kField)) continue;
    std::string_view digits = trim(line.substr(kField.size()));
    uint64_t mask = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), mask, 16);
    return mask;
  }
  return 0;
}

} // namespace

Result<void> judge_privileges(std::string_view status, std::string_view lockdown) {
  // The mode in force stands in brackets: "none [integrity] confidentiality".
  if (lockdown.find("[confidentiality]") != lockdown.npos)
    return failure(ErrorKind::no_permission,
                   "the kernel is locked down in confidentiality mode, which forbids tracing",
                   "boot with lockdown=integrity or without lockdown; Secure Boot can turn it on by itself");
  uint64_t mask = effective_capabilities(status);
  auto has = [&](unsigned capability) { return (mask >> capability & 1) != 0; };
  if (has(kSysAdmin) || (has(kBpf) && has(kPerfmon))) return {};
  std::string missing = !has(kBpf) && !has(kPerfmon) ? "CAP_BPF and CAP_PERFMON"
                        : has(kBpf)                  ? "CAP_PERFMON"
                                                     : "CAP_BPF";
  return failure(ErrorKind::no_permission, "tracing needs privileges that this process lacks: " + missing,
                 std::string(kHint));
}

Result<void> check_privileges() {
  auto status = read_file("/proc/self/status");
  if (!status) return std::unexpected(status.error());
  // Not there without the lockdown module, or where securityfs is not mounted.
  auto lockdown = read_file("/sys/kernel/security/lockdown");
  return judge_privileges(*status, lockdown.value_or(""));
}

} // namespace trc::runtime
