// Makes a manual page of a template: fills in the tables from the rows that the program itself uses, and
// turns the template's light markup into roff. The manual cannot disagree with the tables, as it is made from
// them.
//
//   fill TEMPLATE OUTPUT GRAMMAR     GRAMMAR: parser/grammar.yy, which knows the precedence of operators
//
// In a template a line that begins with `.` is roff and goes out as it is. Any other line is text: `x` in
// back-ticks comes out bold, and nothing needs escaping. A line that begins with `@` is one of:
//   @options @builtins KIND @library @probes @operators @settings @losses @diagnostics   a table
//   @example [ARGUMENTS]   … @end   a script that compiles on tests/fixtures/kernel, and attaches where the
//   kernel can
//   @run [ARGUMENTS]       … @end   a script that also prints, on any machine, exactly the @output behind it
//   @fails [ARGUMENTS]     … @end   a script with a mistake; the @output behind it is what trc says
//   @output                … @end   output
//   @code                  … @end   anything else that stands apart
// A block's kind is left in the page as a comment: tests/man/run finds and runs it.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/text.h"
#include "lang/builtins.h"
#include "lang/operators.h"
#include "lang/settings.h"
#include "library/library.h"
#include "probes/provider.h"

namespace {

struct OptionRow {
  char letter;
  std::string_view name, argument, doc;
};

constexpr OptionRow kOptions[] = {
#define OPTION(id, letter, name, argument, doc) {letter, name, argument, doc},
#include "driver/options.def"
#undef OPTION
};

struct LossRow {
  std::string_view verb, what, cause;
};

constexpr LossRow kLosses[] = {
#define LOSS(id, what, cause) {"lost", what, cause},
#define FAILURE(id, what, cause, helper, code) {"failed", what, cause},
#include "program/losses.def"
#undef LOSS
};

constexpr std::string_view kBinary[] = {
#define BINARY_OPERATOR(id, spelling) spelling,
#include "lang/operators.def"
#undef BINARY_OPERATOR
};

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "fill: %s\n", message.c_str());
  std::exit(1);
}

std::string read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(std::string("can't read ") + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// As roff input that comes out to the letter: none of the characters that printers like to make prettier.
std::string exact(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
    case '\\': out += "\\e"; break;
    case '-': out += "\\-"; break;
    case '\'': out += "\\(aq"; break;
    case '`': out += "\\(ga"; break;
    case '^': out += "\\(ha"; break;
    case '~': out += "\\(ti"; break;
    default: out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + exact(text) + "\\fR"; }

/// Text with code in back-ticks. Outside of them it is roff, unless it comes from a table, which knows none.
enum class Origin { page, table };

std::string prose(std::string_view text, Origin origin) {
  std::string out;
  bool is_code = false;
  for (std::string_view part : trc::split(text, '`')) {
    if (is_code)
      out += bold(part);
    else
      out += origin == Origin::page ? std::string(part) : replaced(std::string(part), "\\", "\\e");
    is_code = !is_code;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out + "\n";
}

std::string item(const std::string& tag, const std::string& text) { return ".TP\n" + tag + "\n" + text; }

enum class Place { paragraph, item };

std::string block(std::string_view kind, std::string_view text, Place place) {
  std::string out = ".\\\" " + std::string(kind);
  out += place == Place::item ? "\n.RS\n.EX\n" : "\n.PP\n.RS 4\n.EX\n";
  for (std::string_view line : trc::split(text, '\n'))
    out += (line.starts_with('.') || line.starts_with('\'') ? "\\&" : "") + exact(line) + "\n";
  return out + ".EE\n.RE\n";
}

std::string options() {
  std::string out;
  for (const OptionRow& row : kOptions) {
    std::string tag = row.letter ? bold(std::string("-") + row.letter) : "";
    if (!row.name.empty()) tag += (row.letter ? ", " : "") + bold("--" + std::string(row.name));
    if (!row.argument.empty()) tag += " \\fI" + std::string(row.argument) + "\\fR";
    out += item(tag, prose(row.doc, Origin::table));
  }
  return out;
}

std::string_view name(trc::BuiltinKind kind) {
  switch (kind) {
  case trc::BuiltinKind::value: return "value";
  case trc::BuiltinKind::function: return "function";
  case trc::BuiltinKind::action: return "action";
  case trc::BuiltinKind::aggregation: return "aggregation";
  }
  return "";
}

std::string builtins(std::string_view kind) {
  std::string out;
  for (const trc::Builtin& row : trc::builtins()) {
    if (name(row.kind) != kind) continue;
    std::string tag = bold(row.name);
    if (row.kind != trc::BuiltinKind::value) tag += bold("(") + exact(row.signature) + bold(")");
    if (row.result != "special" && row.result != "none") tag += "  \\fI" + exact(row.result) + "\\fR";
    out += item(tag, prose(row.doc, Origin::table)) +
           block("builtin " + std::string(row.name), row.example, Place::item);
  }
  if (out.empty()) fail("no builtin is a " + std::string(kind));
  return out;
}

/// What its comment says in front of `example:` is the description.
std::string library() {
  std::string out;
  for (const trc::LibraryFile& file : trc::library_files()) {
    std::string text, example;
    for (std::string_view line : trc::split(file.text, '\n')) {
      constexpr std::string_view kExample = "// example: ";
      if (line.starts_with(kExample))
        example = line.substr(kExample.size());
      else if (line.starts_with("// "))
        text += (text.empty() ? "" : " ") + std::string(line.substr(3));
    }
    if (text.empty() || example.empty()) fail(std::string(file.name) + " has no description or no example");
    out += item(bold(file.name), prose(text, Origin::table)) +
           block("library " + std::string(file.name), example, Place::item);
  }
  return out;
}

std::string settings() {
  std::string out;
  for (const trc::SettingRow& row : trc::setting_rows()) {
    std::string values = replaced(std::string(row.choices), "|", "`, `");
    if (row.kind == trc::SettingKind::number)
      values = std::to_string(row.low) + "` to `" + std::to_string(row.high);
    if (row.kind == trc::SettingKind::boolean) values = "true`, `false";
    out += item(bold(row.name), prose(std::string(row.doc) + (values.empty() ? "" : ": `" + values + "`") +
                                          "; without it `" + std::string(row.standard) + "`",
                                      Origin::table));
  }
  return out;
}

std::string probes() {
  std::string out;
  for (const trc::probes::Provider& row : trc::probes::providers()) {
    std::string text(row.summary);
    for (size_t i = 0; i < row.aliases.size(); ++i)
      text += (i == 0 ? "; also `" : ", `") + std::string(row.aliases[i]) + "`";
    out += item(bold(row.syntax), prose(text, Origin::table));
  }
  return out;
}

/// What stands in quotes on a line.
std::vector<std::string> quoted(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::string_view part : trc::split(line, '"')) {
    if (inside) words.emplace_back(part);
    inside = !inside;
  }
  return words;
}

/// The levels from the grammar's declarations, loosest first as there.
std::string operators(const std::string& grammar) {
  std::string out;
  std::set<std::string> seen;
  for (std::string_view line : trc::split(grammar, '\n')) {
    const bool left = line.starts_with("%left"), right = line.starts_with("%right");
    if (!left && !right) continue;
    std::string tag;
    for (const std::string& word : quoted(line)) {
      tag += (tag.empty() ? "" : "  ") + exact(word);
      seen.insert(word);
    }
    out += item("\\fB" + tag + "\\fR", left ? "from the left\n" : "from the right\n");
  }
  for (std::string_view spelling : kBinary)
    if (!seen.contains(std::string(spelling)))
      fail("the grammar gives no precedence to " + std::string(spelling));
  std::string unary;
  std::set<std::string_view> steps;
  for (trc::UnaryOperator op : {
#define UNARY_OPERATOR(id, spelling) trc::UnaryOperator::id,
#include "lang/operators.def"
#undef UNARY_OPERATOR
       })
    if (!trc::is_step(op) || steps.insert(trc::spelling(op)).second)
      unary += (unary.empty() ? "" : "  ") + exact(trc::spelling(op));
  out += item("\\fB" + unary + "\\fR", "before their operand\n");
  return out + item(bold("++  --  .  ->"), "behind their operand\n");
}

std::string losses() {
  std::string out;
  for (const LossRow& row : kLosses)
    out += (out.empty() ? "" : "\n") + std::string(row.verb) + " N " + std::string(row.what) + ": " +
           std::string(row.cause) + ", PLACE";
  return block("code", out, Place::paragraph);
}

/// A row's text with X, Y, … where arguments go.
std::string with_letters(std::string_view text) {
  return replaced(trc::fill_in(text, {"X", "Y", "Z", "U", "V"}), "\u2026", "...");
}

std::string diagnostics() {
  std::string out;
  for (const trc::DiagnosticRow& row : trc::diagnostic_rows()) {
    std::string text = row.severity == trc::Severity::warning ? "Warning: " : "";
    text += with_letters(row.text) + ".";
    const std::string hint = with_letters(row.hint);
    if (hint.size() > 1) text += " Hint: " + hint + ".";
    out += item(bold(row.name), prose(text, Origin::table));
  }
  return out;
}

std::string table(std::string_view word, std::string_view argument, const std::string& grammar) {
  if (word == "@options") return options();
  if (word == "@builtins") return builtins(argument);
  if (word == "@library") return library();
  if (word == "@settings") return settings();
  if (word == "@probes") return probes();
  if (word == "@operators") return operators(grammar);
  if (word == "@losses") return losses();
  if (word == "@diagnostics") return diagnostics();
  fail("what is " + std::string(word) + "?");
}

bool is_block(std::string_view word) {
  return word == "@example" || word == "@run" || word == "@fails" || word == "@output" || word == "@code";
}

std::string page(const std::string& source, const std::string& grammar) {
  std::string out = ".\\\" Made by man/fill.cc: edit its template in man/ instead.\n";
  std::string kind, content;    // of the block that is open
  bool needs_paragraph = false; // text behind a block or table begins one
  for (std::string_view line : trc::split(trc::trim(source), '\n')) {
    const std::string_view word = line.substr(0, line.find(' '));
    if (!kind.empty() && line != "@end") {
      content += std::string(line) + "\n";
      continue;
    }
    if (line == "@end") {
      if (!content.empty()) content.pop_back();
      out += block(kind, content, Place::paragraph);
      kind.clear();
      content.clear();
    } else if (is_block(word)) {
      kind = line.substr(1);
    } else if (line.starts_with('@')) {
      out += table(word, trc::trim(line.substr(word.size())), grammar);
    } else if (line.starts_with('.')) {
      out += replaced(std::string(line), "@version", TRC_VERSION) + "\n";
    } else {
      out += (needs_paragraph ? ".PP\n" : "") + prose(line, Origin::page);
    }
    needs_paragraph = line.starts_with('@');
  }
  if (!kind.empty()) fail("@" + kind + " has no @end");
  return out;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: fill TEMPLATE OUTPUT GRAMMAR");
  const std::string text = page(read(argv[1]), read(argv[3]));
  std::ofstream file(argv[2], std::ios::binary);
  file << text;
  file.close();
  if (!file) fail(std::string("can't write ") + argv[2]);
}
