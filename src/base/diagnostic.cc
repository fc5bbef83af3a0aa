#include "base/diagnostic.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace trc {

const std::vector<DiagnosticRow>& diagnostic_rows() {
  static const std::vector<DiagnosticRow> rows = {
#define DIAGNOSTIC(id, severity, text, hint) {#id, Severity::severity, text, hint},
#include "base/diagnostics.def"
#undef DIAGNOSTIC
  };
  return rows;
}

const DiagnosticRow& diagnostic_row(DiagnosticId id) { return diagnostic_rows()[static_cast<size_t>(id)]; }

/// What is wrong in a header has the place of its `#include`: there several mistakes can have one place.
static bool is_about_a_header(DiagnosticId id) {
  return id == DiagnosticId::c_in_header || id == DiagnosticId::c_header_missing ||
         id == DiagnosticId::c_header_skipped;
}

void Diagnostics::add(Diagnostic diagnostic) {
  auto same = [&](const Diagnostic& other) {
    return other.id == diagnostic.id && other.span == diagnostic.span &&
           (!is_about_a_header(diagnostic.id) || other.arguments == diagnostic.arguments);
  };
  if (std::none_of(list_.begin(), list_.end(), same)) list_.push_back(std::move(diagnostic));
}

bool Diagnostics::has_errors() const {
  return std::any_of(list_.begin(), list_.end(),
                     [](const Diagnostic& d) { return diagnostic_row(d.id).severity == Severity::error; });
}

void Diagnostics::sort_by_place() {
  std::stable_sort(list_.begin(), list_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
}

namespace {

struct Palette {
  const char *bold = "", *error = "", *warning = "", *mark = "", *off = "";
};

constexpr Palette kColors = {"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;32m", "\033[0m"};

/// A character of the source as it goes to a terminal: a tab as four blanks, and what is no character
/// escaped.
struct Cell {
  std::string shown;
  size_t columns;
  size_t begin, end; ///< its bytes in the line
};

Cell cell_at(std::string_view line, size_t at) {
  static constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(line[at]);
  if (byte == '\t') return {"    ", 4, at, at + 1};
  const size_t length = byte < ' ' || byte == 0x7f ? 0 : utf8_sequence(line.substr(at));
  if (length > 0) return {std::string(line.substr(at, length)), 1, at, at + length};
  return {std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15], 4, at, at + 1};
}

// Of a longer line the part around the marks is shown.
constexpr size_t kMostCells = 160, kCellsBefore = 60;

/// The source line, and below it the marks under the span's part of that line.
std::string excerpt(Span span, const Sources& sources, const Palette& colors) {
  const std::string_view line = sources.line_at(span.begin);
  const size_t from = sources.locate(span.begin).column - 1;
  const size_t to = std::min<size_t>(line.size(), from + (span.end - span.begin));
  std::vector<Cell> cells;
  for (size_t at = 0; at < line.size(); at = cells.back().end)
    cells.push_back(cell_at(line, at));

  size_t first = 0;
  if (cells.size() > kMostCells) {
    while (first < cells.size() && cells[first].end <= from)
      ++first;
    first -= std::min(first, kCellsBefore);
  }
  const size_t last = std::min(cells.size(), first + kMostCells);
  std::string shown, marks;
  if (first > 0) shown = "…", marks = " ";
  for (size_t i = first; i < last; ++i) {
    shown += cells[i].shown;
    if (cells[i].begin < std::max(from, to)) marks.append(cells[i].columns, cells[i].end <= from ? ' ' : '~');
  }
  if (last < cells.size()) shown += "…";
  if (from >= to) marks += '^';
  return shown + "\n" + colors.mark + marks + colors.off + "\n";
}

} // namespace

namespace {

std::string place(Span span, const Sources& sources) {
  const Location at = sources.locate(span.begin);
  return std::string(at.source) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

} // namespace

std::string render(const Diagnostic& diagnostic, const Sources& sources, bool color) {
  const DiagnosticRow& row = diagnostic_row(diagnostic.id);
  const Palette colors = color ? kColors : Palette();
  const bool error = row.severity == Severity::error;

  std::string text = std::string(colors.bold) + place(diagnostic.span, sources) +
                     (error ? colors.error : colors.warning) + (error ? "error: " : "warning: ") +
                     colors.off + colors.bold + fill_in(row.text, diagnostic.arguments) + colors.off + " [" +
                     row.name + "]\n";
  text += excerpt(diagnostic.span, sources, colors);
  for (const auto& [macro, call] : diagnostic.expanded_from)
    text += colors.bold + place(call, sources) + colors.off + "expanded from `" + macro + "`\n" +
            excerpt(call, sources, colors);
  std::string hint = fill_in(row.hint, diagnostic.arguments);
  if (!hint.empty()) text += "hint: " + hint + "\n";
  return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  auto found = nearest(word, candidates);
  return found ? "did you mean `" + *found + "`?" : "";
}

} // namespace trc
