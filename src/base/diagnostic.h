// The channel for the user's program: what is wrong with a script, where, and what to do. The texts are rows
// of diagnostics.def; a stage reports ids, spans and arguments, and only render() makes text of them.
#pragma once

#include <string>
#include <vector>

#include "base/source.h"

namespace trc {

enum class Severity : unsigned char { error, warning };

enum class DiagnosticId : unsigned short {
#define DIAGNOSTIC(id, severity, text, hint) id,
#include "base/diagnostics.def"
#undef DIAGNOSTIC
};

/// One row of diagnostics.def. `{0}`, `{1}` … in text and hint stand for the arguments.
struct DiagnosticRow {
  const char* name;
  Severity severity;
  const char* text;
  const char* hint;
};

const DiagnosticRow& diagnostic_row(DiagnosticId id);
const std::vector<DiagnosticRow>& diagnostic_rows();

/// A macro whose body the place is in, and where that was called.
struct ExpandedFrom {
  std::string macro;
  Span call;
};

struct Diagnostic {
  DiagnosticId id;
  Span span;
  std::vector<std::string> arguments;
  std::vector<ExpandedFrom> expanded_from; ///< innermost first
};

/// Collects what a compilation has to say, in order of appearance.
class Diagnostics {
public:
  template<class... Arguments> void report(DiagnosticId id, Span span, Arguments&&... arguments) {
    add({id, span, {std::string(std::forward<Arguments>(arguments))...}, {}});
  }
  /// Drops an exact repetition: one mistake in a body that is compiled for several attach points is one
  /// mistake.
  void add(Diagnostic diagnostic);
  bool has_errors() const;
  /// Stages go over the script one after the other; a reader goes over it once.
  void sort_by_place();
  const std::vector<Diagnostic>& list() const { return list_; }

private:
  std::vector<Diagnostic> list_;
};

/// The text for one diagnostic, several lines, ending with a line feed:
///   stdin:1:9: error: what [id]
///   the source line
///           ~~~~
///   stdin:2:1: expanded from `macro`        for each macro that the place is in, with its line
///   hint: what to do
/// A hint that is empty once its arguments are filled in is left out.
std::string render(const Diagnostic& diagnostic, const Sources& sources, bool color);

/// "did you mean `x`?" for the candidate nearest to `word`, or "" if none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace trc
