// What `trc -l` asks of providers: the names of the probes that a kernel offers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "kernel/kernel.h"

namespace trc::probes {

struct ListedProbe {
  std::string name; ///< what an attach point would be: "tracepoint:sched:sched_switch"
  /// C declarations of what its `args` hold, if the request asks for them: "int prio".
  std::vector<std::string> arguments;
};

struct ListRequest {
  const Kernel& kernel;
  /// What all wanted names begin with, behind "TYPE:": what can't is not worth reading.
  std::string_view prefix;
  bool with_arguments = false;
  /// What stands behind "TYPE:" in the pattern; "" if the pattern names no type. Programs and libraries are
  /// looked into only where one is named.
  std::string_view rest = {};
  std::optional<pid_t> pid = std::nullopt; ///< of -p
  /// Whether the pattern fits what stands behind "TYPE:", or "MODULE:" and that. Module "": it has none.
  std::function<bool(std::string_view module, std::string_view name)> wants;
  std::function<void(ListedProbe)> add;
};

/// Adds, in the order of their names, the provider's probes that are wanted. An error says why the machine
/// does not tell them all, or has none of this kind.
using List = Result<void> (*)(const ListRequest& request);

/// The module of what is in the kernel itself. Names of it are listed without.
inline constexpr std::string_view kKernelItself = "vmlinux";

/// "TYPE:NAME", or "TYPE:MODULE:NAME" for what is in a module.
std::string listed_name(std::string_view type, std::string_view module, std::string_view name);

/// Adds what is wanted of templates, which stand for many probes: "interval:hz:".
void list_templates(const ListRequest& request, std::string_view type,
                    std::initializer_list<std::string_view> rests);

} // namespace trc::probes
