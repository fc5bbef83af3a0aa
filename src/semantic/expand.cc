#include "semantic/expand.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "parser/ast_walk.h"

namespace trc {
namespace {

/// An attach point's text with `$N` replaced. False, and a diagnostic, if one can't be.
bool fill_in_parameters(std::string& text, Span span, const Parameters& parameters,
                        Diagnostics& diagnostics) {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      filled += text[i];
      continue;
    }
    size_t end = i + 1;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])))
      ++end;
    std::string reference = text.substr(i, end - i);
    auto refuse = [&](std::string cause) {
      diagnostics.report(DiagnosticId::bad_parameter_in_attach_point, span, reference, cause);
      return false;
    };
    if (end == i + 1) return refuse("`$` needs a number behind it");
    size_t index = 0;
    auto [rest, error] = std::from_chars(text.data() + i + 1, text.data() + end, index);
    if (error == std::errc() && index == 0) return refuse("parameters are counted from 1");
    if (error != std::errc() || index > parameters.size()) return refuse("this parameter was not given");
    filled += parameters[index - 1];
    i = end - 1;
  }
  text = std::move(filled);
  return true;
}

/// Bytes of `name=` before an attach point; 0 if it is given no name.
size_t name_length(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
    ++end;
  return end > 0 && end < text.size() && text[end] == '=' ? end + 1 : 0;
}

/// The fields of `args` that a probe uses, and whether it uses `args` at all.
struct ArgumentUse {
  std::set<std::string> fields;
  bool any = false;
  int wholes = 0;              ///< uses of all fields at once
  bool results = false;        ///< `retval`, `arg0` …
  std::set<size_t> positional; ///< `arg0` …: their numbers
  bool registers = false;      ///< what only the registers tell, or a stack from there on
  bool symbols = false;        ///< `uaddr`, which depends on the file
};

/// Builtins that need the registers as they stood where a probe hit.
constexpr std::string_view kNeedRegisters[] = {"ctx", "reg", "usermode", "kstack", "ustack", "override"};

/// Looks into the macros that are used, too.
class ArgumentFinder {
public:
  explicit ArgumentFinder(const std::vector<ast::Macro>& macros) : macros_(macros) {}

  template<class Part> void look_at(const Part& part) {
    ast::walk(part, [&](const ast::Expression& e) { look_at_node(e); });
  }

  ArgumentUse use;

private:
  void look_at_node(const ast::Expression& e) {
    if (auto* name = std::get_if<ast::Name>(&e.node)) {
      if (name->name == "args") {
        use.any = true;
        ++use.wholes;
      }
      use.results |= name->name == "retval" || name->name.starts_with("arg");
      look_at_word(name->name);
    }
    if (auto* call = std::get_if<ast::Call>(&e.node)) {
      use.symbols |= call->name == "uaddr";
      look_at_word(call->name);
    }
    auto* member = std::get_if<ast::Member>(&e.node);
    auto* base = member ? std::get_if<ast::Name>(&member->base->node) : nullptr;
    if (!base || base->name != "args") return;
    use.fields.insert(member->name);
    --use.wholes; // its base is looked at, too
  }

  void look_at_word(const std::string& name) {
    use.registers |= std::ranges::find(kNeedRegisters, name) != std::end(kNeedRegisters);
    size_t index = 0;
    const char* end = name.data() + name.size();
    if (name.starts_with("arg") && std::from_chars(name.data() + 3, end, index).ptr == end && name.size() > 3)
      use.positional.insert(index);
    look_into(name);
  }

  void look_into(const std::string& name) {
    for (const ast::Macro& macro : macros_)
      if (macro.name.name == name && seen_.insert(&macro).second) look_at(macro.body);
  }

  const std::vector<ast::Macro>& macros_;
  std::set<const ast::Macro*> seen_;
};

/// Whether it says that this kernel lacks something, not that the script is wrong.
bool is_about_the_kernel(DiagnosticId id) {
  static constexpr DiagnosticId kIds[] = {DiagnosticId::unknown_tracepoint_category,
                                          DiagnosticId::unknown_tracepoint,
                                          DiagnosticId::unknown_raw_tracepoint,
                                          DiagnosticId::unknown_kernel_function,
                                          DiagnosticId::no_match,
                                          DiagnosticId::unknown_program,
                                          DiagnosticId::unknown_user_function,
                                          DiagnosticId::unknown_usdt};
  return std::find(std::begin(kIds), std::end(kIds), id) != std::end(kIds);
}

/// Whether two matches can be served by one program, but for their arguments.
bool same_program(const probes::Match& a, const probes::Match& b) {
  if (a.type != b.type || a.attach_btf_id != b.attach_btf_id || a.run_by != b.run_by ||
      a.attach_module != b.attach_module || a.object != b.object || a.is_pinned != b.is_pinned ||
      a.function != b.function || a.pointers != b.pointers || a.return_value != b.return_value ||
      a.filters_pid_itself != b.filters_pid_itself || a.has_cookie != b.has_cookie ||
      a.selector.has_value() != b.selector.has_value() || a.positional != b.positional ||
      a.result != b.result || a.located != b.located || a.context != b.context)
    return false;
  if (a.selector)
    return a.attach == b.attach && a.selector->access == b.selector->access &&
           a.selector->task == b.selector->task;
  // Without either the program can't tell which of them it is.
  return a.has_cookie || (a.attach == b.attach && a.name == b.name);
}

const probes::Argument* find_argument(const std::vector<probes::Argument>& list, const std::string& name) {
  auto found = std::find_if(list.begin(), list.end(), [&](const auto& a) { return a.name == name; });
  return found == list.end() ? nullptr : &*found;
}

bool same_arguments(const std::vector<probes::Argument>& a, const std::vector<probes::Argument>& b,
                    const std::set<std::string>& used) {
  return std::all_of(used.begin(), used.end(), [&](const std::string& name) {
    const probes::Argument *left = find_argument(a, name), *right = find_argument(b, name);
    return left && right ? *left == *right : left == right;
  });
}

/// What two attach points of one list both match runs the body once. One name may stand for several places:
/// functions of one name in a file.
void drop_repeated(std::vector<probes::Match>& matches) {
  std::set<std::tuple<std::string, std::string, uint64_t>> seen;
  std::erase_if(matches, [&](const probes::Match& match) {
    return !seen.emplace(match.name, match.attach.target, match.attach.value).second;
  });
}

class Expander {
public:
  Expander(const ast::Program& program, const Kernel& kernel, const AnalysisOptions& options,
           Diagnostics& diagnostics)
      : program_(program), kernel_(kernel), options_(options), diagnostics_(diagnostics) {}

  void resolve(const ast::Probe& probe) {
    std::string text;
    std::vector<probes::Match> matches;
    std::vector<Missing> missing;
    for (const ast::AttachPoint& point : probe.attach_points) {
      text += (text.empty() ? "" : ",") + point.text;
      std::string filled = point.text;
      if (!fill_in_parameters(filled, point.span, options_.parameters, diagnostics_)) continue;
      resolve(filled, point.span, matches, missing);
    }
    report_missing(missing, !matches.empty());
    check_names(matches, probe);
    drop_repeated(matches);
    ArgumentFinder finder(program_.macros);
    finder.look_at(probe.predicate);
    finder.look_at(probe.body);
    resolved_.push_back({&probe, std::move(text), std::move(matches), std::move(finder.use)});
  }

  /// Puts kprobes on trampolines: all that there are on a function or none, or else they would not run in the
  /// order in which they were written.
  void use_trampolines() {
    std::map<std::string, std::vector<std::pair<probes::Match*, probes::Match>>> functions;
    std::set<std::string> others;
    for (Resolved& one : resolved_)
      for (probes::Match& match : one.matches) {
        if (match.attach.provider != "kprobe") continue;
        const std::string& function = match.attach.target;
        std::optional<probes::Match> other;
        if (match.on_trampoline && !one.use.registers && !others.contains(function))
          other = match.on_trampoline(one.use.positional);
        if (other)
          functions[function].emplace_back(&match, std::move(*other));
        else
          others.insert(function);
      }
    for (auto& [function, matches] : functions)
      for (auto& [match, other] : matches)
        if (!others.contains(function)) *match = std::move(other);
  }

  std::vector<ExpandedProbe> grouped() {
    std::vector<ExpandedProbe> out;
    for (Resolved& one : resolved_)
      group(one, out);
    return out;
  }

private:
  /// A probe with all that it matches.
  struct Resolved {
    const ast::Probe* probe;
    std::string text;
    std::vector<probes::Match> matches;
    ArgumentUse use;
  };

  void group(Resolved& one, std::vector<ExpandedProbe>& out) {
    const ArgumentUse& use = one.use;
    const size_t first = out.size();
    for (probes::Match& match : one.matches) {
      std::optional<std::vector<probes::Argument>> arguments;
      if (use.results && match.read_results) match.read_results(match);
      if (use.any && match.arguments && !(arguments = read_arguments(match, *one.probe))) return;
      auto fits = [&](const ExpandedProbe& group) {
        return same_program(group.matches.front(), match) &&
               (!use.symbols || group.matches.front().attach.target == match.attach.target) &&
               group.arguments.has_value() == arguments.has_value() &&
               (!arguments || (use.wholes > 0 ? *group.arguments == *arguments
                                              : same_arguments(*group.arguments, *arguments, use.fields)));
      };
      auto group = std::find_if(out.begin() + first, out.end(), fits);
      if (group == out.end())
        group =
            out.insert(out.end(), {.source = one.probe, .text = one.text, .arguments = std::move(arguments)});
      group->matches.push_back(std::move(match));
    }
  }

  /// An attach point that this kernel does not have, and why.
  struct Missing {
    std::string text;
    Diagnostic reason;
  };

  void resolve(const std::string& text, Span span, std::vector<probes::Match>& matches,
               std::vector<Missing>& missing) {
    Diagnostics found;
    const size_t named = name_length(text);
    const size_t first = matches.size();
    const Span behind = {std::min<uint32_t>(span.begin + static_cast<uint32_t>(named), span.end), span.end};
    const probes::ResolveContext context = {.kernel = kernel_,
                                            .diagnostics = found,
                                            .types = options_.kernel_types,
                                            .unsafe = options_.unsafe,
                                            .programs = options_.programs,
                                            .pid = options_.pid,
                                            .command = options_.command};
    probes::resolve(probes::split_attach_point(text.substr(named), behind), context, matches);
    if (named > 0)
      for (size_t i = first; i < matches.size(); ++i)
        matches[i].given_name = text.substr(0, named - 1);
    for (const Diagnostic& diagnostic : found.list()) {
      if (is_about_the_kernel(diagnostic.id))
        missing.push_back({text, diagnostic});
      else
        diagnostics_.add(diagnostic);
    }
  }

  /// A test or benchmark is known by its name alone.
  void check_names(const std::vector<probes::Match>& matches, const ast::Probe& probe) {
    for (const probes::Match& match : matches)
      if (match.purpose == Purpose::test || match.purpose == Purpose::benchmark)
        if (!trials_.insert(match.name).second)
          diagnostics_.report(DiagnosticId::defined_twice, probe.attach_points.front().span, match.name);
  }

  /// An error, a warning or nothing, as the script wants it. A list that names a function as several kernels
  /// call it is served by any of them: then the others are no error.
  void report_missing(const std::vector<Missing>& missing, bool others_match) {
    const std::string& wish = options_.settings.missing_probes;
    if (wish == "ignore") return;
    const bool is_error = wish == "error" && !others_match;
    for (const Missing& point : missing) {
      if (is_error)
        diagnostics_.add(point.reason);
      else
        diagnostics_.report(DiagnosticId::attach_point_missing, point.reason.span, point.text);
    }
  }

  std::optional<std::vector<probes::Argument>> read_arguments(const probes::Match& match,
                                                              const ast::Probe& probe) {
    auto arguments = match.arguments();
    if (arguments) return std::move(*arguments);
    diagnostics_.report(DiagnosticId::arguments_unreadable, probe.attach_points.front().span, match.name,
                        arguments.error().cause, arguments.error().hint);
    return {};
  }

  const ast::Program& program_;
  const Kernel& kernel_;
  const AnalysisOptions& options_;
  Diagnostics& diagnostics_;
  std::set<std::string> trials_; ///< names of tests and benchmarks
  std::vector<Resolved> resolved_;
};

} // namespace

std::vector<ExpandedProbe> expand(const ast::Program& program, const Kernel& kernel,
                                  const AnalysisOptions& options, Diagnostics& diagnostics) {
  Expander expander(program, kernel, options, diagnostics);
  for (const ast::Probe& probe : program.probes)
    expander.resolve(probe);
  if (options.settings.kprobe_backend == "fentry") expander.use_trampolines();
  std::vector<ExpandedProbe> expanded = expander.grouped();
  if (expanded.empty() && !program.probes.empty() && !diagnostics.has_errors())
    diagnostics.report(DiagnosticId::nothing_to_attach, program.probes.front().attach_points.front().span);
  return expanded;
}

} // namespace trc
