#include "probes/report.h"

#include "base/check.h"
#include "lang/literal.h"

namespace trc::probes {

void report_bad_form(const AttachPointText& point, const ResolveContext& context, std::string hint) {
  const Provider* provider = find_provider(point.provider.text);
  TRC_CHECK(provider, "a provider resolves attach points of its own only");
  context.diagnostics.report(DiagnosticId::bad_attach_point, point.span, point.whole, provider->syntax,
                             std::move(hint));
}

void report_bad_part(const AttachPointText& point, const Part& part, const ResolveContext& context,
                     std::string cause, std::string hint) {
  context.diagnostics.report(DiagnosticId::bad_attach_part, part.span, part.text, point.whole,
                             std::move(cause), std::move(hint));
}

std::optional<uint64_t> read_number(const AttachPointText& point, const Part& part,
                                    const ResolveContext& context, const std::string& wanted) {
  auto number = parse_integer(part.text, LiteralOrigin::text);
  if (number && !number->is_duration) return number->value;
  report_bad_part(point, part, context, "it is not an integer", "here stands " + wanted);
  return {};
}

void report_no_answer(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context) {
  context.diagnostics.report(DiagnosticId::kernel_does_not_tell, part.span, point.whole, error.cause,
                             error.hint);
}

} // namespace trc::probes
