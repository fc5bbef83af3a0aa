// The half of the preprocessor that reads texts: directives, conditions, headers.
#include "ctypes/c_preprocessor.h"

#include <algorithm>

#include "base/text.h"
#include "ctypes/c_expression.h"

namespace trc {
namespace {

constexpr size_t kMostIncludes = 200;
constexpr size_t kMostTokens = 8'000'000;
constexpr size_t kMostTokensOfValue = 10'000;

/// A number or character of C as the language writes it; nothing for other tokens.
std::optional<std::string> number_of(const CToken& token) {
  if (token.kind != CTokenKind::number && token.kind != CTokenKind::character) return {};
  try {
    const CValue value = literal_value(token, false);
    const bool is_unsigned =
        token.kind == CTokenKind::number && token.text.find_first_of("uU") != token.text.npos;
    if (is_unsigned) return std::to_string(value.bits) + "ul";
    if (!value.is_signed) return std::to_string(value.bits);
    const auto number = static_cast<int64_t>(value.bits);
    return number < 0 ? "(" + std::to_string(number) + ")" : std::to_string(number);
  } catch (const CMistake&) {
    return {}; // a floating point number, for one
  }
}

/// Answers of `__has_attribute` and the like that a script's types could hang on. All else is read over.
bool is_known_attribute(std::string_view name) {
  return name == "packed" || name == "__packed__" || name == "aligned" || name == "__aligned__" ||
         name == "mode";
}

bool is_question(std::string_view name) {
  return name == "__has_include" || name == "__has_include_next" || name == "__has_attribute" ||
         name == "__has_builtin" || name == "__has_cpp_attribute" || name == "__has_c_attribute";
}

/// The tokens of one `#if` line: names that are still there count as 0.
class Condition : public CExpressionContext {
public:
  Condition(const std::vector<CToken>& tokens, CPlace end) : tokens_(tokens) { end_.place = end; }
  const CToken& peek(size_t ahead) override {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end_;
  }
  CToken take() override { return at_ < tokens_.size() ? tokens_[at_++] : end_; }
  CValue value_of(const CToken&) override { return {.size = 8}; }

private:
  const std::vector<CToken>& tokens_;
  CToken end_;
  size_t at_ = 0;
};

} // namespace

CPreprocessor::CPreprocessor(CFiles& files, CReporter& reporter, Setup setup)
    : files_(files), reporter_(reporter), setup_(std::move(setup)), budget_(kMostTokens) {
  macros_.reserve(1024);
}

bool CPreprocessor::open_next_text() {
  if (next_text_ == setup_.texts.size()) return false;
  const uint32_t file = setup_.texts[next_text_++];
  levels_.push_back({CLexer(files_[file].text, file), file, 0});
  return true;
}

bool CPreprocessor::close_level() {
  const Level level = levels_.back();
  levels_.pop_back();
  const CFile& file = files_[level.file];
  if (const auto open = level.lexer.open_comment())
    reporter_.report({DiagnosticId::unterminated_comment, {level.file, *open, 2}, {}});
  // Those of the script go from piece to piece.
  const bool is_header = file.kind == CFileKind::own || file.kind == CFileKind::system;
  const bool is_last = levels_.empty() && next_text_ == setup_.texts.size();
  const size_t outside = is_header ? level.conditionals : is_last ? 0 : conditionals_.size();
  if (conditionals_.size() > outside)
    reporter_.report({DiagnosticId::c_no_endif,
                      conditionals_.back().place,
                      {std::string(conditionals_.back().directive)}});
  conditionals_.resize(std::min(conditionals_.size(), outside));
  return file.kind == CFileKind::script;
}

/// The next token of the texts, directives carried out.
CToken CPreprocessor::source() {
  while (!stopped_) {
    if (levels_.empty() && !open_next_text()) break;
    CLexer& lexer = levels_.back().lexer;
    if (skipping()) {
      if (lexer.skip_to_directive())
        directive();
      else
        close_level();
      continue;
    }
    const CToken token = lexer.next();
    if (token.kind == CTokenKind::end) {
      if (close_level()) return {.kind = CTokenKind::piece_end, .text = ";", .place = token.place};
    } else if (token.line_start && token.is("#")) {
      directive();
    } else {
      return token;
    }
  }
  CToken end;
  if (!setup_.texts.empty()) end.place = {setup_.texts.back(), 0, 0};
  if (!setup_.texts.empty()) end.place.offset = files_[setup_.texts.back()].text.size();
  return end;
}

void CPreprocessor::complain(const CToken& directive, std::string what, std::string hint) {
  reporter_.report({DiagnosticId::c_directive,
                    directive.place,
                    {std::string(directive.text), std::move(what), std::move(hint)}});
}

void CPreprocessor::directive() {
  CLexer& lexer = levels_.back().lexer;
  const CToken name = lexer.next_in_line();
  const std::string_view text = name.text;
  if (text == "if" || text == "ifdef" || text == "ifndef") {
    begin_conditional(name, !skipping() &&
                                (text == "if" ? condition(name) : is_defined(name) == (text == "ifdef")));
  } else if (text.starts_with("el")) {
    other_branch(name);
  } else if (text == "endif") {
    end_conditional(name);
  } else if (!skipping()) {
    if (text == "define")
      define();
    else if (text == "undef")
      undefine(lexer.next_in_line());
    else if (text == "include" || text == "include_next" || text == "import")
      include(name, text == "include_next");
    else if (text == "pragma")
      pragma();
    else if (text == "error" || text == "warning")
      user_message(name);
    else if (name.kind == CTokenKind::identifier && text != "line" && text != "ident" && text != "sccs")
      complain(name, "there is no such directive",
               did_you_mean(text, {"define", "undef", "include", "include_next", "if", "ifdef", "ifndef",
                                   "else", "elif", "endif", "error", "warning", "pragma", "line"}));
  }
  // An #include has put its file on top, and what is left of this line comes after it.
  if (text != "include" && text != "include_next" && text != "import") lexer.rest_of_line();
}

CPreprocessor::Tokens CPreprocessor::rest_of_line() {
  Tokens tokens;
  CLexer& lexer = levels_.back().lexer;
  for (CToken token = lexer.next_in_line(); token.kind != CTokenKind::end; token = lexer.next_in_line())
    tokens.push_back(token);
  return tokens;
}

void CPreprocessor::undefine(CToken name) {
  if (!name.is_identifier())
    complain(name, "`#undef` needs the name of a macro");
  else
    macros_.erase(name.text);
}

void CPreprocessor::define() {
  CLexer& lexer = levels_.back().lexer;
  const CToken name = lexer.next_in_line();
  const CToken directive = {.text = "define", .place = name.place};
  if (!name.is_identifier()) return complain(directive, "a macro needs a name", "`#define NAME value`");
  if (name.text == "defined") return complain(directive, "`defined` can't be a macro");
  auto macro = std::make_shared<CMacro>();
  macro->is_predefined = files_[levels_.back().file].kind == CFileKind::predefined;
  Tokens tokens = rest_of_line();
  size_t at = 0;
  if (!tokens.empty() && tokens[0].is("(") && !tokens[0].space_before) {
    macro->is_function = true;
    const auto bad = [&] {
      complain(directive, "the parameters of `" + std::string(name.text) + "` can't be read",
               "`#define NAME(a, b) value`");
    };
    for (at = 1; at < tokens.size() && !tokens[at].is(")");) {
      if (macro->is_variadic) return bad();
      if (tokens[at].is_identifier())
        macro->parameters.push_back(tokens[at++].text);
      else if (!tokens[at].is("..."))
        return bad();
      if (at < tokens.size() && tokens[at].is("...")) {
        macro->is_variadic = true;
        if (tokens[at - 1].is("(") || tokens[at - 1].is(",")) macro->parameters.emplace_back("__VA_ARGS__");
        ++at;
      }
      if (at < tokens.size() && tokens[at].is(",") && at + 1 < tokens.size() && !tokens[at + 1].is(")"))
        ++at;
      else if (at >= tokens.size() || !tokens[at].is(")"))
        return bad();
    }
    if (at++ >= tokens.size()) return bad();
  }
  macro->body.assign(tokens.begin() + static_cast<ptrdiff_t>(at), tokens.end());
  macros_[name.text] = std::move(macro);
}

void CPreprocessor::begin_conditional(const CToken& directive, bool holds) {
  const bool outside = skipping();
  conditionals_.push_back({.place = directive.place,
                           .directive = directive.text,
                           .was_skipping = outside,
                           .skipping = outside || !holds,
                           .taken = holds});
}

/// #else, #elif, #elifdef, #elifndef
void CPreprocessor::other_branch(const CToken& directive) {
  const size_t outside = levels_.back().conditionals;
  if (conditionals_.size() <= outside) return complain(directive, "there is no `#if` before it");
  Conditional& open = conditionals_.back();
  if (open.had_else) return complain(directive, "the `#else` was already there");
  bool holds = false;
  if (directive.text == "else")
    open.had_else = holds = true;
  else if (open.taken || open.was_skipping)
    holds = false; // and what it says is not even looked at
  else if (directive.text == "elif")
    holds = condition(directive);
  else if (directive.text == "elifdef" || directive.text == "elifndef")
    holds = is_defined(directive) == (directive.text == "elifdef");
  else
    complain(directive, "there is no such directive", "`#else` or `#elif`");
  open.skipping = open.was_skipping || open.taken || !holds;
  open.taken = open.taken || holds;
}

void CPreprocessor::end_conditional(const CToken& directive) {
  if (conditionals_.size() <= levels_.back().conditionals)
    return complain(directive, "there is no `#if` before it");
  conditionals_.pop_back();
}

bool CPreprocessor::is_defined(const CToken& directive) {
  const CToken name = levels_.back().lexer.next_in_line();
  if (!name.is_identifier()) complain(directive, "it needs the name of a macro");
  return macros_.contains(name.text) || is_question(name.text);
}

bool CPreprocessor::condition(const CToken& directive) {
  Tokens line = replace_questions(rest_of_line(), directive);
  // A macro may stand for `defined X`.
  line = replace_questions(expand_alone(std::move(line)), directive);
  if (line.empty()) {
    complain(directive, "it needs a condition");
    return false;
  }
  Condition context(line, directive.place);
  try {
    const CValue value = read_expression(context, true);
    if (context.peek(0).kind == CTokenKind::end) return value.is_true();
    complain(directive, "unexpected `" + std::string(context.peek(0).text) + "` in the condition");
  } catch (const CMistake& mistake) {
    const bool is_unexpected = mistake.id == DiagnosticId::c_unexpected;
    complain(directive, is_unexpected ? "unexpected " + mistake.arguments.front() + " in the condition"
                                      : fill_in(diagnostic_row(mistake.id).text, mistake.arguments));
  }
  return false;
}

/// `defined X`, `__has_include(<x.h>)` and the like become 0 or 1.
CPreprocessor::Tokens CPreprocessor::replace_questions(const Tokens& line, const CToken& directive) {
  Tokens result;
  for (size_t at = 0; at < line.size(); ++at) {
    const CToken& token = line[at];
    bool holds = false;
    if (token.is("defined")) {
      const bool has_parentheses = at + 1 < line.size() && line[at + 1].is("(");
      at += has_parentheses ? 2 : 1;
      if (at >= line.size() || !line[at].is_identifier()) {
        complain(directive, "`defined` needs the name of a macro");
        return result;
      }
      holds = macros_.contains(line[at].text) || is_question(line[at].text);
      if (has_parentheses && at + 1 < line.size() && line[at + 1].is(")")) ++at;
    } else if (token.text.starts_with("__has_include") && is_question(token.text)) {
      const auto request = header_question(line, at, token);
      holds = request && files_.can_include(*request);
    } else if (is_question(token.text) && at + 3 < line.size() && line[at + 1].is("(")) {
      holds = token.text == "__has_attribute" && is_known_attribute(line[at + 2].text);
      while (at < line.size() && !line[at].is(")"))
        ++at;
    } else {
      result.push_back(token);
      continue;
    }
    CToken number = token;
    number.kind = CTokenKind::number;
    number.text = holds ? "1" : "0";
    result.push_back(number);
  }
  return result;
}

/// `(<x.h>)` or `("x.h")` behind `line[at]`, which is left at the closing parenthesis.
std::optional<CFiles::Request> CPreprocessor::header_question(const Tokens& line, size_t& at,
                                                              const CToken& directive) {
  std::string name;
  bool is_quoted = false;
  const bool is_next = line[at].text == "__has_include_next";
  for (++at; at < line.size() && !line[at].is(")"); ++at) {
    if (line[at].kind == CTokenKind::string) {
      is_quoted = true;
      name = line[at].text.substr(1, line[at].text.size() - 2);
    } else if (!line[at].is("(") && !line[at].is("<") && !line[at].is(">")) {
      name += line[at].text;
    }
  }
  if (name.empty()) return {};
  return CFiles::Request{files_.keep(std::move(name)), is_quoted, is_next, directive.place};
}

void CPreprocessor::include(const CToken& directive, bool is_next) {
  CLexer& lexer = levels_.back().lexer;
  auto header = lexer.header_name();
  if (!header) {
    // A macro stands for it.
    const Tokens tokens = expand_alone(rest_of_line());
    header = directive;
    header->text = files_.keep(spelling(tokens));
  }
  const std::string_view written = header->text;
  lexer.rest_of_line();
  if (written.size() < 3 || (written[0] != '<' && written[0] != '"'))
    return complain(directive, "it needs the name of a header",
                    "`#include <linux/fs.h>` or `#include \"own.h\"`");
  const CFiles::Request request = {written.substr(1, written.size() - 2), written[0] == '"', is_next,
                                   header->place};
  if (levels_.size() > kMostIncludes) return too_large(header->place, "the depth of these headers");
  const auto file = files_.include(request);
  if (!file) return missing_header(request.name, request.place, request.is_quoted);
  const CFile& opened = files_[*file];
  if (read_once_.contains(opened.path) && !opened.path.empty()) return;
  levels_.push_back({CLexer(opened.text, *file), *file, conditionals_.size()});
}

void CPreprocessor::missing_header(std::string_view name, CPlace place, bool is_quoted) {
  const std::string shown(name);
  const bool is_kernels = !is_quoted && is_kernel_header(name);
  if (is_kernels && files_.is_in_kernel_tree(name)) wants_kernel_tree_ = true;
  if (is_kernels && setup_.has_btf)
    return reporter_.report_in_script({DiagnosticId::c_header_skipped, place, {shown}});
  std::string hint = "install the package that has it, or give its directory with `-I`";
  if (is_kernels)
    hint = "install the kernel's headers, or name their place in TRC_KERNEL_SOURCE; a kernel with BTF needs "
           "none";
  reporter_.report_in_script({DiagnosticId::c_header_missing, place, {shown, std::move(hint)}});
}

void CPreprocessor::pragma() {
  const uint32_t file = levels_.back().file;
  CLexer& lexer = levels_.back().lexer;
  CToken first = lexer.next_in_line();
  if (first.text == "once") {
    read_once_[files_[file].path] = true;
  } else if (first.text == "pack") {
    Tokens tokens = expand_alone(rest_of_line());
    first.kind = CTokenKind::pragma;
    first.text = files_.keep("pack" + spelling(tokens));
    pragmas_.push_back(first);
  }
}

void CPreprocessor::user_message(const CToken& directive) {
  const std::string text(levels_.back().lexer.rest_of_line());
  const bool is_error = directive.text == "error";
  reporter_.report({is_error ? DiagnosticId::c_error : DiagnosticId::c_warning, directive.place, {text}});
}

std::optional<std::string> CPreprocessor::expansion(std::string_view name) {
  const auto found = macros_.find(name);
  if (found == macros_.end() || found->second->is_function || found->second->is_predefined) return {};
  stopped_ = false;
  budget_ = kMostTokensOfValue;
  pending_.clear();
  CToken token = {.kind = CTokenKind::identifier, .text = found->first, .place = {}};
  Tokens tokens = expand_alone({token});
  if (stopped_) return "…"; // no value that anybody could read
  for (CToken& one : tokens)
    if (auto number = number_of(one)) one.text = files_.keep(std::move(*number));
  std::string text = spelling(tokens);
  // `#define IPPROTO_TCP IPPROTO_TCP` says that there is a constant of that name.
  if (text == name) return {};
  return text;
}

std::vector<std::string> CPreprocessor::values() const {
  std::vector<std::string> names;
  for (const auto& [name, macro] : macros_)
    if (!macro->is_function && !macro->is_predefined) names.emplace_back(name);
  return names;
}

bool CPreprocessor::is_function_macro(std::string_view name) const {
  const auto found = macros_.find(name);
  return found != macros_.end() && found->second->is_function;
}

} // namespace trc
