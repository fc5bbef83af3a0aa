// The commands of system(): put together so that no value can be taken for a part of the command, and run.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "output/value.h"
#include "program/format_spec.h"
#include "runtime/signals.h"

namespace trc::runtime {

/// What `sh -c` gets, and the environment variables (`NAME=value`) that it refers to.
struct ShellCommand {
  std::string text;
  std::vector<std::string> values;
};

/// Fills in a format. Numbers stand in the text as their digits. Everything else (names, paths, any text
/// form) is handed over in a variable, to which the text refers as the quotes around the place demand: the
/// shell never reads it as a part of the command, whatever it holds.
ShellCommand shell_command(std::span<const FormatPiece> pieces, std::span<const output::Value> values);

/// Runs it and waits until the shell has ended. `use` gets its standard output piece by piece; the rest of
/// its descriptors are ours. A signal to us that comes meanwhile ends it, and what it has started.
Result<void> run_shell(const ShellCommand& command, const Signals& signals,
                       const std::function<void(std::string_view)>& use);

} // namespace trc::runtime
