// Macros: which one a call means, and the frame in which its body is checked. See frame.h.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

// More than any script has; without a limit a few nested calls could ask for billions.
constexpr uint32_t kMostExpansions = 50'000, kMostNested = 100;

/// Checks something in another frame, and comes back.
template<class Check> auto within(Frame*& current, Frame* frame, const Check& check) {
  Frame* before = std::exchange(current, frame);
  auto result = check();
  current = before;
  return result;
}

} // namespace

bool Checker::matches(const ast::Macro& macro, const ast::Call& node) const {
  if (macro.parameters.size() != node.arguments.size()) return false;
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const ast::Expression& argument = *node.arguments[i];
    const ast::MacroParameterKind kind = macro.parameters[i].kind;
    const ast::Map* map = as_map(argument);
    if (kind == ast::MacroParameterKind::map && (!map || !map->keys.empty())) return false;
    if (kind == ast::MacroParameterKind::variable && !std::holds_alternative<ast::Variable>(argument.node))
      return false;
  }
  return true;
}

const ast::Macro* Checker::find_macro(const ast::Call& node) const {
  const ast::Macro* best = nullptr;
  size_t most = 0;
  auto [first, last] = context_.declarations.macros.equal_range(node.name);
  for (auto it = first; it != last; ++it) {
    if (!matches(*it->second, node)) continue;
    size_t exact = 0;
    for (const ast::MacroParameter& parameter : it->second->parameters)
      exact += parameter.kind != ast::MacroParameterKind::expression;
    if (best && exact <= most) continue;
    best = it->second;
    most = exact;
  }
  return best;
}

bool Checker::can_expand(const ast::Macro& macro, Span span) {
  std::string chain = "`" + macro.name.name + "`";
  uint32_t depth = 0;
  for (const Frame* frame = frame_; frame->macro; frame = frame->caller, ++depth) {
    chain = "`" + frame->macro->name.name + "` → " + chain;
    if (frame->macro != &macro) continue;
    report(DiagnosticId::macro_recursion, span, macro.name.name, chain);
    return false;
  }
  if (++expansions_ <= kMostExpansions && depth < kMostNested) return true;
  report(DiagnosticId::too_many_expansions, body_span(), std::to_string(kMostExpansions),
         std::to_string(kMostNested));
  return false;
}

bool Checker::bind(const ast::MacroParameter& parameter, const ast::Expression& given, Frame& frame) {
  const std::string& name = parameter.name.name;
  const ast::Map* map = as_map(given);
  if (parameter.kind == ast::MacroParameterKind::map) {
    frame.maps[name] = facts(map_id(map->name, given.span)).name;
  } else if (parameter.kind == ast::MacroParameterKind::variable) {
    const std::string& variable = std::get<ast::Variable>(given.node).name;
    auto id = find_variable(variable);
    if (!id) report_undefined(variable, given.span);
    if (!id) return false;
    frame.scopes.front()[name] = *id;
  } else {
    frame.arguments[name] = {&given, frame_};
    if (!map || !map->keys.empty()) return true;
    // No map of a script can be spelled so.
    const std::string alias = "@<" + name + ">";
    frame.maps[alias] = facts(map_id(map->name, given.span)).name;
    frame.whole_maps[name].name = alias;
  }
  return true;
}

std::unique_ptr<Frame> Checker::open_frame(const ast::Macro& macro, const ast::Call& node, Span span) {
  if (!can_expand(macro, span)) return nullptr;
  auto frame = std::make_unique<Frame>();
  frame->macro = &macro;
  frame->caller = frame_;
  frame->call = span;
  frame->scopes.emplace_back();
  for (size_t i = 0; i < node.arguments.size(); ++i)
    if (!bind(macro.parameters[i], *node.arguments[i], *frame)) return nullptr;
  return frame;
}

typed::ExpressionPtr Checker::macro_value(const ast::Macro& macro, const ast::Call& node, Span span) {
  auto frame = open_frame(macro, node, span);
  if (!frame) return unknown(span);
  return within(frame_, frame.get(), [&] { return block_value(macro.body); });
}

void Checker::macro_statement(const ast::Macro& macro, const ast::Call& node, Span span, typed::Block& out) {
  auto frame = open_frame(macro, node, span);
  if (!frame) return;
  out.push_back({span, typed::Nested{within(frame_, frame.get(), [&] { return block(macro.body); })}});
}

const Frame::Argument* Checker::macro_argument(const std::string& name) const {
  auto found = frame_->arguments.find(name);
  return found == frame_->arguments.end() ? nullptr : &found->second;
}

typed::ExpressionPtr Checker::argument_value(const Frame::Argument& argument) {
  return within(frame_, argument.frame, [&] { return expression(*argument.expression); });
}

void Checker::argument_statement(const Frame::Argument& argument, typed::Block& out) {
  within(frame_, argument.frame, [&] {
    evaluate(*argument.expression, argument.expression->span, out);
    return true;
  });
}

const ast::Expression& Checker::behind(const ast::Expression& source) const {
  const ast::Expression* e = &source;
  for (const Frame* frame = frame_;;) {
    auto* name = std::get_if<ast::Name>(&e->node);
    auto found = name ? frame->arguments.find(name->name) : frame->arguments.end();
    if (found == frame->arguments.end()) return *e;
    e = found->second.expression;
    frame = found->second.frame;
  }
}

const ast::Map* Checker::as_map(const ast::Expression& source) const {
  if (auto* map = std::get_if<ast::Map>(&source.node)) return map;
  auto* name = std::get_if<ast::Name>(&source.node);
  auto found = name ? frame_->whole_maps.find(name->name) : frame_->whole_maps.end();
  return found == frame_->whole_maps.end() ? nullptr : &found->second;
}

std::vector<ast::Spelled> Checker::path_behind(const std::vector<ast::Spelled>& path) const {
  auto found = frame_->arguments.find(path.front().name);
  if (found == frame_->arguments.end()) return path;
  std::vector<ast::Spelled> given;
  const ast::Expression* e = &behind(*found->second.expression);
  for (const ast::Member* member; (member = std::get_if<ast::Member>(&e->node)); e = member->base.get())
    given.insert(given.begin(), {member->name, member->name_span});
  auto* first = std::get_if<ast::Name>(&e->node);
  if (!first) return path;
  given.insert(given.begin(), {first->name, e->span});
  given.insert(given.end(), path.begin() + 1, path.end());
  return given;
}

std::optional<std::optional<Type>> Checker::type_argument(const std::string& name) {
  const Frame* frame = frame_;
  for (auto found = frame->arguments.find(name); found != frame->arguments.end();) {
    const auto& [expression, caller] = found->second;
    if (auto* type = std::get_if<ast::TypeOf>(&expression->node))
      return within(frame_, caller, [&] { return subject_type(type->of, expression->span); });
    auto* next = std::get_if<ast::Name>(&expression->node);
    if (!next) return {};
    frame = caller;
    found = frame->arguments.find(next->name);
    // A name that is a type's, as the callers of container_of() write it.
    if (found == frame->arguments.end() && !find_builtin(next->name))
      if (auto type = types().type(next->name)) return type;
  }
  return {};
}

typed::MapId Checker::map_id(const std::string& name, Span span) {
  if (!frame_->macro) return context_.environment.map_id(name, span);
  auto found = frame_->maps.find(name);
  if (found != frame_->maps.end()) return context_.environment.map_id(found->second, span);
  report(DiagnosticId::macro_map, span, name, frame_->macro->name.name);
  return context_.environment.map_id(name, span);
}

std::vector<ExpandedFrom> Checker::expanded_from() const {
  std::vector<ExpandedFrom> list;
  for (const Frame* frame = frame_; frame->macro; frame = frame->caller)
    list.push_back({frame->macro->name.name, frame->call});
  return list;
}

Span Checker::script_place(Span span) const {
  for (const Frame* frame = frame_; frame->macro; frame = frame->caller)
    if (context_.declarations.library.contains(frame->macro)) span = frame->call;
  return span;
}

void Checker::report_no_macro(const ast::Call& node, Span span) {
  std::string forms;
  auto [first, last] = context_.declarations.macros.equal_range(node.name);
  for (auto it = first; it != last; ++it)
    forms += (forms.empty() ? "`" : ", `") + signature(*it->second) + "`";
  report(DiagnosticId::macro_arguments, span, node.name, forms);
}

} // namespace trc
