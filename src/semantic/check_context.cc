// What a probe's context gives by position: `arg0`, `arg1` … and `retval`.
#include <charconv>

#include "semantic/check.h"

namespace trc {

/// N of a name `argN`.
static std::optional<size_t> positional_index(std::string_view name) {
  constexpr std::string_view kPrefix = "arg";
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  size_t index = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return index;
}

typed::ExpressionPtr Checker::positional_argument(const std::string& name, Span span) {
  auto index = positional_index(name);
  if (!index) return nullptr;
  if (!here(name, span)) return unknown(span);
  const auto& accesses = probe_->matches.front().positional;
  if (*index < accesses.size())
    return typed::make_expression(span, integer_type(8, false), typed::ArgumentRead{accesses[*index]});
  std::string hint = accesses.empty() ? "`args.NAME` gives the arguments where a probe has any"
                                      : "it has `arg0` to `arg" + std::to_string(accesses.size() - 1) + "`";
  report(DiagnosticId::no_argument_here, span, probe_name(), name, hint);
  return unknown(span);
}

typed::ExpressionPtr Checker::context_pointer(Span span) {
  const std::string& name = probe_->matches.front().context->structure;
  auto known = context_.kernel_types->type(name);
  return typed::make_expression(span,
                                pointer_type(AddressSpace::kernel, known.value_or(structure_type(name, 0))),
                                typed::Call{.id = BuiltinId::ctx, .arguments = {}, .index = 0, .access = {}});
}

typed::ExpressionPtr Checker::check_ctx(const ast::Call& node, const Builtin&, Span span) {
  if (!here(node.name, span)) return unknown(span);
  const auto& context = probe_->matches.front().context;
  if (context && context->is_in_memory) return context_pointer(span);
  std::string hint = "`kprobe`, `profile`, `software`, `hardware`, `watchpoint` and `iter` probes have it";
  if (context) hint = "here only fields of it can be read: `ctx.regs.ip`, `ctx.addr`";
  if (probe_->arguments || probe_->matches.front().arguments)
    hint = "`args.NAME` gives the arguments of this probe";
  report(DiagnosticId::no_argument_here, span, probe_name(), context ? "ctx as a whole" : node.name, hint);
  return unknown(span);
}

bool Checker::reaches_into_context(const ast::Expression& base) const {
  auto* name = std::get_if<ast::Name>(&base.node);
  auto* call = std::get_if<ast::Call>(&base.node);
  const bool is_ctx = name ? name->name == "ctx" : call && call->name == "ctx" && call->arguments.empty();
  return is_ctx && probe_ && probe_->matches.front().context && !macro_argument("ctx");
}

typed::ExpressionPtr Checker::check_retval(const ast::Call& node, const Builtin&, Span span) {
  if (!here(node.name, span)) return unknown(span);
  if (const auto& result = probe_->matches.front().result) {
    if (!result->type.is_none())
      return typed::make_expression(span, result->type, typed::ArgumentRead{result->access});
    report(DiagnosticId::no_argument_here, span, probe_name(), node.name, result->unreadable);
    return unknown(span);
  }
  report(DiagnosticId::no_argument_here, span, probe_name(), node.name,
         "`kretprobe`, `uretprobe` and `fexit` probes have it; `args.ret` in `sys_exit_…` tracepoints");
  return unknown(span);
}

} // namespace trc
