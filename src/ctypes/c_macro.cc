// The half of the preprocessor that replaces macros. A macro is not replaced inside its own replacement:
// while that is read the macro is active, and a token with its name found there is painted for good.
#include <algorithm>
#include <utility>

#include "ctypes/c_preprocessor.h"

namespace trc {
namespace {

constexpr int kMostNested = 200;
constexpr std::string_view kRest = "__VA_ARGS__", kOptional = "__VA_OPT__";

std::string counted(size_t count) {
  return count == 0 ? "no argument" : std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

std::string form(const CMacro& macro, std::string_view name) {
  std::string text(name);
  for (size_t i = 0; i < macro.parameters.size(); ++i) {
    const bool is_rest = macro.is_variadic && i + 1 == macro.parameters.size();
    text += i == 0 ? "(" : ", ";
    if (!is_rest || macro.parameters[i] != kRest) text += macro.parameters[i];
    if (is_rest) text += "...";
  }
  return text + (macro.parameters.empty() ? "()" : ")");
}

} // namespace

std::string spelling(const std::vector<CToken>& tokens) {
  std::string text;
  for (const CToken& token : tokens) {
    if (!text.empty() && (token.space_before || token.line_start)) text += ' ';
    text += token.text;
  }
  return text;
}

void CPreprocessor::too_large(CPlace place, std::string what) {
  if (!stopped_) reporter_.report({DiagnosticId::c_too_large, place, {std::move(what)}});
  stopped_ = true;
}

void CPreprocessor::push(Tokens tokens, MacroPtr macro, bool is_barrier) {
  if (tokens.size() > budget_) {
    too_large(tokens.front().place, "what these macros stand for");
    tokens.clear();
  }
  budget_ -= tokens.size();
  if (macro) macro->is_active = true;
  pending_.push_back({std::move(tokens), std::move(macro), is_barrier});
}

/// The next token before replacement.
CToken CPreprocessor::raw() {
  while (!pending_.empty()) {
    Pending& top = pending_.back();
    if (top.at < top.tokens.size()) return top.tokens[top.at++];
    if (top.is_barrier) return {.kind = CTokenKind::barrier};
    if (top.macro) top.macro->is_active = false;
    pending_.pop_back();
  }
  return source();
}

CToken CPreprocessor::next() {
  while (!stopped_) {
    CToken token = raw();
    if (!pragmas_.empty() && pending_.empty()) {
      // They came before this token, which waits.
      pragmas_.push_back(token);
      push(std::exchange(pragmas_, {}), nullptr);
      continue;
    }
    if (!token.is_identifier() || token.painted || !expand(token)) return token;
  }
  // Unwinds expand_alone(), if that is what asks.
  const bool is_alone =
      std::any_of(pending_.begin(), pending_.end(), [](const auto& p) { return p.is_barrier; });
  return {.kind = is_alone ? CTokenKind::barrier : CTokenKind::end};
}

CPreprocessor::Tokens CPreprocessor::expand_alone(Tokens tokens) {
  if (depth_ >= kMostNested) {
    too_large(tokens.empty() ? CPlace{} : tokens.front().place, "the depth of these macro calls");
    return {};
  }
  ++depth_;
  const size_t bottom = pending_.size();
  push(std::move(tokens), nullptr, true);
  Tokens result;
  for (CToken token = next(); token.kind != CTokenKind::barrier; token = next())
    result.push_back(token);
  while (pending_.size() > bottom) {
    if (pending_.back().macro) pending_.back().macro->is_active = false;
    pending_.pop_back();
  }
  --depth_;
  return result;
}

/// False if the token stays what it is.
bool CPreprocessor::expand(CToken& token) {
  const auto found = macros_.find(token.text);
  if (found == macros_.end())
    return token.text.starts_with('_') && (dynamic_macro(token) || pragma_operator(token));
  const MacroPtr macro = found->second;
  if (macro->is_active) {
    token.painted = true;
    return false;
  }
  Call call = {*macro, token, {}, {}, {}};
  if (macro->is_function) {
    CToken open = raw();
    if (!open.is("(")) {
      if (open.kind != CTokenKind::barrier) push({open}, nullptr);
      return false;
    }
    auto arguments = collect_arguments(*macro, token);
    if (!arguments) return true;
    if (!fits(*macro, token, *arguments)) return true;
    call.arguments = std::move(*arguments);
    call.expanded.resize(call.arguments.size());
    call.is_expanded.resize(call.arguments.size());
  }
  Tokens body = substitute(call, 0, macro->body.size());
  if (!body.empty()) {
    body.front().space_before = token.space_before;
    body.front().line_start = token.line_start;
  }
  push(std::move(body), macro);
  return true;
}

/// Macros whose value depends on the place.
bool CPreprocessor::dynamic_macro(const CToken& token) {
  std::string text;
  if (token.text == "__COUNTER__")
    text = std::to_string(counter_++);
  else if (token.text == "__LINE__")
    text = std::to_string(CFiles::line(files_[token.place.file], token.place.offset));
  else if (token.text == "__FILE__" || token.text == "__BASE_FILE__")
    text = "\"" + files_[token.place.file].name + "\"";
  else if (token.text == "__INCLUDE_LEVEL__")
    text = std::to_string(levels_.empty() ? 0 : levels_.size() - 1);
  else if (token.text == "__DATE__" || token.text == "__TIME__")
    text = "\"\""; // a script means the same every day
  else
    return false;
  CToken made = token;
  made.kind = text[0] == '"' ? CTokenKind::string : CTokenKind::number;
  made.text = files_.keep(std::move(text));
  push({made}, nullptr);
  return true;
}

/// `_Pragma("…")`
bool CPreprocessor::pragma_operator(CToken& token) {
  if (token.text != "_Pragma") return false;
  const CToken open = raw();
  if (!open.is("(")) {
    push({open}, nullptr);
    return false;
  }
  const CToken text = raw();
  for (CToken skipped = text; !skipped.is(")");) {
    skipped = raw();
    if (skipped.kind == CTokenKind::end || skipped.kind == CTokenKind::barrier) break;
  }
  if (text.kind == CTokenKind::string && text.text.starts_with("\"pack")) {
    pragmas_.push_back(text);
    pragmas_.back().kind = CTokenKind::pragma;
    pragmas_.back().text = text.text.substr(1, text.text.size() - 2);
  }
  return true;
}

std::optional<std::vector<CPreprocessor::Tokens>> CPreprocessor::collect_arguments(const CMacro& macro,
                                                                                   const CToken& name) {
  std::vector<Tokens> arguments(1);
  for (int depth = 0;;) {
    CToken token = raw();
    if (token.kind == CTokenKind::end || token.kind == CTokenKind::barrier ||
        token.kind == CTokenKind::piece_end || stopped_) {
      reporter_.report({DiagnosticId::c_unclosed_call, name.place, {std::string(name.text)}});
      if (token.kind == CTokenKind::piece_end) push({token}, nullptr);
      return {};
    }
    if (token.is(")") && depth-- == 0) return arguments;
    if (token.is("(")) ++depth;
    const bool is_rest = macro.is_variadic && arguments.size() >= macro.parameters.size();
    if (token.is(",") && depth == 0 && !is_rest) {
      arguments.emplace_back();
      continue;
    }
    if (token.line_start) {
      token.line_start = false;
      token.space_before = true;
    }
    // A macro that is active now would not be later, when the argument is read in its place.
    if (token.is_identifier())
      if (const auto found = macros_.find(token.text); found != macros_.end() && found->second->is_active)
        token.painted = true;
    arguments.back().push_back(token);
  }
}

bool CPreprocessor::fits(const CMacro& macro, const CToken& name, std::vector<Tokens>& arguments) {
  const size_t wanted = macro.parameters.size();
  if (arguments.size() == 1 && arguments[0].empty() && wanted == 0) arguments.clear();
  // The rest may be left out, comma and all.
  if (macro.is_variadic && arguments.size() + 1 == wanted) arguments.emplace_back();
  if (arguments.size() == wanted) return true;
  reporter_.report(
      {DiagnosticId::c_macro_arguments,
       name.place,
       {std::string(name.text),
        (macro.is_variadic ? "at least " : "") + counted(macro.is_variadic ? wanted - 1 : wanted),
        std::to_string(arguments.size()), form(macro, name.text)}});
  return false;
}

std::optional<size_t> CPreprocessor::parameter(const CMacro& macro, const CToken& token) const {
  if (!token.is_identifier()) return {};
  const auto found = std::find(macro.parameters.begin(), macro.parameters.end(), token.text);
  if (found == macro.parameters.end()) return {};
  return found - macro.parameters.begin();
}

const CPreprocessor::Tokens& CPreprocessor::expanded_argument(Call& call, size_t index) {
  if (!call.is_expanded[index]) {
    call.is_expanded[index] = true;
    call.expanded[index] = expand_alone(call.arguments[index]);
  }
  return call.expanded[index];
}

CToken CPreprocessor::stringified(const Tokens& argument, const CToken& like) {
  std::string text = "\"";
  for (size_t i = 0; i < argument.size(); ++i) {
    const CToken& token = argument[i];
    if (i > 0 && token.space_before) text += ' ';
    const bool is_quoted = token.kind == CTokenKind::string || token.kind == CTokenKind::character;
    for (const char c : token.text) {
      if (is_quoted && (c == '"' || c == '\\')) text += '\\';
      text += c;
    }
  }
  CToken made = like;
  made.kind = CTokenKind::string;
  made.text = files_.keep(text + "\"");
  return made;
}

/// The last of `left` and the first of `right` become one token. Where that is none they stay two.
void CPreprocessor::paste(Tokens& left, const Tokens& right) {
  if (left.empty() || right.empty()) {
    left.insert(left.end(), right.begin(), right.end());
    return;
  }
  CToken& last = left.back();
  const std::string_view text = files_.keep(std::string(last.text) + std::string(right.front().text));
  CLexer lexer(text, last.place.file);
  CToken made = lexer.next();
  if (made.text.size() == text.size()) {
    made.place = last.place;
    made.space_before = last.space_before;
    made.line_start = last.line_start;
    last = made;
    left.insert(left.end(), right.begin() + 1, right.end());
  } else {
    left.insert(left.end(), right.begin(), right.end());
  }
}

/// The body from one token to another with the arguments in their places.
CPreprocessor::Tokens CPreprocessor::substitute(Call& call, size_t from, size_t to) {
  const CMacro& macro = call.macro;
  const auto is_paste = [&](size_t i) { return i < to && macro.body[i].is("##"); };
  Tokens result, piece;
  size_t end_of_left = 0; // where in `result` the piece before a `##` begins
  for (size_t i = from; i < to; ++i) {
    const CToken& token = macro.body[i];
    const bool pastes = i > from && is_paste(i - 1);
    if (is_paste(i) && i > from && i + 1 < to) continue;
    piece.clear();
    const auto index = macro.is_function ? parameter(macro, token) : std::optional<size_t>();
    const bool is_rest = index && macro.is_variadic && *index + 1 == macro.parameters.size();
    if (macro.is_function && token.is("#") && i + 1 < to && parameter(macro, macro.body[i + 1])) {
      piece = {stringified(call.arguments[*parameter(macro, macro.body[++i])], token)};
    } else if (macro.is_variadic && token.text == kOptional && i + 1 < to && macro.body[i + 1].is("(")) {
      size_t close = i + 2;
      for (int depth = 1; close < to; ++close) {
        depth += macro.body[close].is("(") - macro.body[close].is(")");
        if (depth == 0) break;
      }
      if (!expanded_argument(call, macro.parameters.size() - 1).empty())
        piece = substitute(call, i + 2, close);
      i = close;
    } else if (index) {
      piece = pastes || is_paste(i + 1) ? call.arguments[*index] : expanded_argument(call, *index);
      if (!piece.empty()) piece.front().space_before = token.space_before;
    } else {
      piece = {token};
      piece.front().place = call.name.place;
    }
    // GNU: `, ## args` drops the comma where there are none.
    const bool is_comma = pastes && is_rest && result.size() > end_of_left && result.back().is(",");
    const size_t before = result.size();
    if (is_comma && piece.empty())
      result.pop_back();
    else if (is_comma)
      result.insert(result.end(), expanded_argument(call, *index).begin(),
                    expanded_argument(call, *index).end());
    else if (pastes && result.size() > end_of_left)
      paste(result, piece);
    else
      result.insert(result.end(), piece.begin(), piece.end());
    if (!pastes) end_of_left = before;
  }
  return result;
}

} // namespace trc
