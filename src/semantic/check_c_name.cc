// Names that C definitions give a meaning: `#define NAME expression`, and enumerators of the script and the
// kernel.
#include <algorithm>

#include "parser/parser.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

typed::ExpressionPtr Checker::c_name(const ast::Name& node, Span span) {
  if (const auto& definitions = context_.options.definitions)
    if (auto text = definitions->macro(node.name)) return expansion(node, *text, span);
  if (auto found = types().constant(node.name))
    return constant(span, found->type, static_cast<uint64_t>(found->value));
  return nullptr;
}

/// The text of a `#define` is checked as if it stood here, in a script of its own: what is wrong with it is
/// said at the place where it is used.
typed::ExpressionPtr Checker::expansion(const ast::Name& node, const std::string& text, Span span) {
  Sources sources;
  Diagnostics unread;
  const ast::Program parsed =
      parse(sources, sources.add(node.name, "begin { _ = (" + text + "\n); }"), unread);
  const ast::Discard* only = nullptr;
  if (!unread.has_errors() && parsed.probes.size() == 1 && parsed.probes[0].body.statements.size() == 1)
    only = std::get_if<ast::Discard>(&parsed.probes[0].body.statements[0]->node);
  if (!only || std::ranges::find(expanding_, node.name) != expanding_.end()) {
    constexpr size_t kMostShown = 100;
    report(DiagnosticId::bad_definition, span, node.name,
           text.size() > kMostShown ? text.substr(0, kMostShown) + "…" : text);
    return unknown(span);
  }
  expanding_.push_back(node.name);
  const auto outer = std::exchange(use_, use_.value_or(span));
  ExpressionPtr e = expression(*only->expression);
  use_ = outer;
  expanding_.pop_back();
  return e;
}

} // namespace trc
