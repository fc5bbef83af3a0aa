#include "ctypes/c_report.h"

#include "base/text.h"

namespace trc {

Span CReporter::span_in_script(CPlace place) const {
  while (file(place).kind == CFileKind::own || file(place).kind == CFileKind::system)
    place = file(place).included_at;
  if (file(place).kind == CFileKind::predefined) return {fallback_, fallback_};
  const uint32_t begin = file(place).script_base + place.offset;
  return {begin, begin + place.length};
}

void CReporter::report_in_script(const CMistake& mistake) {
  if (diagnostics_) diagnostics_->add({mistake.id, span_in_script(mistake.place), mistake.arguments});
}

void CReporter::report(const CMistake& mistake) {
  const CFile& where = file(mistake.place);
  if (where.kind == CFileKind::script || where.kind == CFileKind::predefined) {
    report_in_script(mistake);
    return;
  }
  const DiagnosticRow& row = diagnostic_row(mistake.id);
  const bool is_warning = where.kind == CFileKind::system || row.severity == Severity::warning;
  if (!diagnostics_) return;
  diagnostics_->add({is_warning ? DiagnosticId::c_header_unread : DiagnosticId::c_in_header,
                     span_in_script(mistake.place),
                     {where.name, std::to_string(CFiles::line(where, mistake.place.offset)),
                      fill_in(row.text, mistake.arguments), fill_in(row.hint, mistake.arguments)}});
}

std::string CReporter::spelled(CPlace place, const Sources& sources) const {
  const CFile& where = file(place);
  if (where.kind == CFileKind::script)
    return "line " + std::to_string(sources.locate(where.script_base + place.offset).line);
  return "`" + where.name + "`, line " + std::to_string(CFiles::line(where, place.offset));
}

} // namespace trc
