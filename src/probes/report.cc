#include "probes/report.h"

#include "base/check.h"

namespace trc::probes {

void report_bad_form(const AttachPointText& point, const ResolveContext& context, std::string hint) {
  const Provider* provider = find_provider(point.provider.text);
  TRC_CHECK(provider, "a provider resolves attach points of its own only");
  context.diagnostics.report(DiagnosticId::bad_attach_point, point.span, point.whole, provider->syntax,
                             std::move(hint));
}

void report_no_answer(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context) {
  context.diagnostics.report(DiagnosticId::kernel_does_not_tell, part.span, point.whole, error.cause,
                             error.hint);
}

} // namespace trc::probes
