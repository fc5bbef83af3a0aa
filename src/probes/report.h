// Diagnostics that several providers report.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "probes/provider.h"

namespace trc::probes {

/// The attach point has not the parts that its provider's syntax asks for.
void report_bad_form(const AttachPointText& point, const ResolveContext& context, std::string hint = {});

/// A part of the attach point is no good: why, and a hint.
void report_bad_part(const AttachPointText& point, const Part& part, const ResolveContext& context,
                     std::string cause, std::string hint);

/// The integer that a part is; nothing, and a diagnostic that `wanted` should stand there, if it is none.
std::optional<uint64_t> read_number(const AttachPointText& point, const Part& part,
                                    const ResolveContext& context, const std::string& wanted);

/// The machine did not answer a question.
void report_no_answer(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context);

} // namespace trc::probes
