// Diagnostics that several providers report.
#pragma once

#include <string>

#include "base/result.h"
#include "probes/provider.h"

namespace trc::probes {

/// The attach point has not the parts that its provider's syntax asks for.
void report_bad_form(const AttachPointText& point, const ResolveContext& context, std::string hint = {});

/// The machine did not answer a question.
void report_no_answer(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context);

} // namespace trc::probes
