// `trc -l`: what could be traced.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/result.h"
#include "kernel/kernel.h"
#include "program/manifest.h"

namespace trc {

struct ListOptions {
  std::string pattern; ///< "" is everything
  bool with_arguments = false;
  std::optional<pid_t> pid = std::nullopt; ///< of -p: its files are looked into
};

/// The probes that fit a pattern, a line each, those of one type together. `TYPE:REST` with `*` for any
/// text; without a colon the pattern is of what stands behind the type. "struct NAME", "union NAME" and
/// "enum NAME" give definitions instead. `notes` gets what is left out because the machine does not tell it.
Result<std::string> list_probes(const Kernel& kernel, const ListOptions& options,
                                std::vector<std::string>& notes);

/// What a script attaches, with the arguments that the kernel has for it.
std::string list_probes(const Manifest& manifest, const Kernel& kernel, bool with_arguments);

} // namespace trc
