// The body of a probe or function as a whole, its variables and how it is left.
#include "base/check.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

Checker::Checker(CheckContext context, size_t index) : context_(context), index_(index) {}

void Checker::run(const ExpandedProbe& probe) {
  probe_ = &probe;
  const probes::Match& first = probe.matches.front();
  typed::Probe typed = {.span = probe.source->span,
                        .text = probe.text,
                        .type = first.type,
                        .attach_btf_id = first.attach_btf_id,
                        .attach_module = first.attach_module,
                        .run_by = first.run_by,
                        .purpose = first.purpose,
                        .pointers = first.pointers,
                        .return_value = first.return_value,
                        .filters_pid_itself = first.filters_pid_itself,
                        .has_cookie = first.has_cookie,
                        .object = first.object,
                        .is_pinned = first.is_pinned,
                        .instances = {},
                        .variables = {},
                        .body = {}};
  for (const probes::Match& match : probe.matches)
    typed.instances.push_back({.name = match.given_name.empty() ? match.name : match.given_name,
                               .attach = match.attach,
                               .selector = match.selector,
                               .function = function_name(match),
                               .file_address = match.file_address.value_or(0)});

  if (const ast::Expression* predicate = probe.source->predicate.get()) {
    typed::If guard = {
        .condition = condition(*predicate), .then = block(probe.source->body), .otherwise = {}};
    typed.body.push_back({predicate->span, std::move(guard)});
  } else {
    typed.body = block(probe.source->body);
  }
  report_unassigned();
  typed.variables = variable_types();
  context_.program.probes.push_back(std::move(typed));
}

void Checker::run(const FunctionSignature& function) {
  function_ = &function;
  const ast::Function& source = *function.source;
  typed::Function typed = {.name = source.name.name,
                           .span = source.span,
                           .parameters = static_cast<uint32_t>(source.parameters.size()),
                           .result = function.result,
                           .variables = {},
                           .body = {}};
  push_scope();
  for (size_t i = 0; i < source.parameters.size(); ++i) {
    const ast::Spelled& name = source.parameters[i].name;
    if (find_variable(name.name)) report(DiagnosticId::variable_redeclared, name.span, "$" + name.name);
    typed::VariableId id = declare(name.name, name.span);
    variable_facts(id) = {.type = function.parameters[i], .is_assigned = true, .is_fixed = true};
    variables_[id].is_assigned = true;
  }
  typed.body = block(source.body);
  pop_scope();
  // Who falls off the end of a function with a result returns zero.
  const bool returns = !typed.body.empty() && std::holds_alternative<typed::Return>(typed.body.back().node);
  if (!function.result.is_none() && !returns) {
    const Span end = {source.body.span.end - 1, source.body.span.end};
    typed.body.push_back({end, typed::Return{zero_of(end, function.result)}});
  }
  report_unassigned();
  typed.variables = variable_types();
  context_.program.functions.push_back(std::move(typed));
}

std::vector<Type> Checker::variable_types() const {
  std::vector<Type> types;
  for (const DeclaredVariable& variable : variables_)
    types.push_back(storage_type(variable.facts->type));
  return types;
}

void Checker::report_unassigned() {
  for (const DeclaredVariable& variable : variables_)
    if (!variable.facts->is_assigned && !variable.is_assigned)
      report(DiagnosticId::variable_never_assigned, variable.span, "$" + variable.name);
}

const ExpandedProbe* Checker::here(std::string_view what, Span span) {
  if (!probe_) report(DiagnosticId::needs_probe, span, what);
  return probe_;
}

AddressSpace Checker::pointers() const {
  return probe_ ? probe_->matches.front().pointers : AddressSpace::none;
}

void Checker::leave(const ast::Return& node, Span span, typed::Block& out) {
  ExpressionPtr result = node.value ? value(*node.value) : nullptr;
  if (!function_) return leave_probe(std::move(result), span, out);
  const std::string& name = function_->source->name.name;
  const Type& type = function_->result;
  if (result && type.is_none()) report(DiagnosticId::return_value_unwanted, result->span, name);
  if (!result && !type.is_none()) report(DiagnosticId::return_value_missing, span, name, with_article(type));
  if (!result || type.is_none()) return out.push_back({span, typed::Return{nullptr}});
  out.push_back({span, typed::Return{fit(std::move(result), type, name + "()")}});
}

/// No kind of probe has an answer to give to the kernel; that of a test is for trc.
void Checker::leave_probe(ExpressionPtr result, Span span, typed::Block& out) {
  const bool is_none = !result || result->type.is_none();
  const Purpose purpose = probe_->matches.front().purpose;
  if (purpose != Purpose::test && purpose != Purpose::benchmark) {
    if (!is_none) report(DiagnosticId::return_value_unused, result->span);
    result = nullptr;
  } else if (!is_none && !result->type.is_integer() && result->type.kind != TypeKind::boolean) {
    report(DiagnosticId::bad_trial_result, result->span, with_article(result->type));
    result = nullptr;
  }
  out.push_back({span, typed::Return{is_none ? nullptr : std::move(result)}});
}

typed::VariableId Checker::declare(const std::string& name, Span span) {
  DeclarationSite site;
  for (const Frame* frame = frame_; frame->caller; frame = frame->caller)
    site.insert(site.begin(), frame->call.begin);
  site.push_back(span.begin);
  // An argument of a macro is checked at each of its uses, and is one declaration all the same.
  auto [known, is_new] = sites_.try_emplace(site, variables_.size());
  if (is_new) variables_.push_back({name, span, &context_.environment.variables[index_][site]});
  frame_->scopes.back()[name] = known->second;
  return known->second;
}

std::optional<typed::VariableId> Checker::find_variable(const std::string& name) const {
  const auto& scopes = frame_->scopes;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    if (auto found = scope->find(name); found != scope->end()) return found->second;
  return {};
}

void Checker::pop_scope() {
  for (const auto& [name, unused] : frame_->scopes.back())
    frame_->left_scopes.insert(name);
  frame_->scopes.pop_back();
}

void Checker::report_undefined(const std::string& name, Span span) {
  std::vector<std::string> known;
  for (const auto& scope : frame_->scopes)
    for (const auto& [other, unused] : scope)
      if (other != name) known.push_back("$" + other);
  std::string hint = did_you_mean("$" + name, known);
  if (hint.empty()) hint = "assign to it first: `$" + name + " = …;`";
  if (frame_->left_scopes.contains(name))
    hint = "it ended with the block of its first assignment: write `let $" + name + ";` before that block";
  report(DiagnosticId::undefined_variable, span, "$" + name, hint);
}

typed::ExpressionPtr Checker::unknown(Span span) {
  return typed::make_expression(span, {}, typed::Constant{});
}

uint32_t Checker::add_event(EventKind kind, std::string format, std::vector<Type> fields, Span span) {
  context_.program.events.push_back({kind, std::move(format), std::move(fields), span});
  return context_.program.events.size() - 1;
}

uint32_t Checker::add_action(ActionInfo action) {
  auto& actions = context_.program.actions;
  for (size_t i = 0; i < actions.size(); ++i)
    if (actions[i] == action) return i;
  actions.push_back(action);
  return actions.size() - 1;
}

} // namespace trc
