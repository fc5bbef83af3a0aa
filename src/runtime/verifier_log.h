// Turns a refusal by the kernel's verifier into words about the script: what was refused, in which line, and
// what to change.
#pragma once

#include <cstdint>
#include <linux/bpf.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "program/manifest.h"

namespace trc::runtime {

struct Complaint {
  std::string words; ///< the verifier's last words, joined to one line; empty if it said nothing
  std::optional<uint32_t> instruction; ///< the one they are about
};

Complaint last_complaint(std::string_view log);

/// Whether it is the function that was refused, not the program: the log ends before the first instruction.
bool refuses_target(const ProgramInfo& program, std::string_view log);

/// `lines`: which instruction is of which line, in any order, of the object's line table; `number`: the errno
/// of the load; `log`: the verifier's, which may be empty.
Error explain_refusal(const Manifest& manifest, const ProgramInfo& program,
                      std::span<const bpf_line_info> lines, int number, std::string_view log);

} // namespace trc::runtime
