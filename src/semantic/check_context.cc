// What a probe's context gives by position: `arg0`, `arg1` … and `retval`.
#include <algorithm>
#include <charconv>

#include "semantic/check.h"
#include "semantic/conversion.h"

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
  const auto& located = probe_->matches.front().located;
  if (*index < located.size()) return located_argument(located[*index], name, span);
  const auto& accesses = probe_->matches.front().positional;
  if (*index < accesses.size())
    return typed::make_expression(span, integer_type(8, false), typed::ArgumentRead{accesses[*index]});
  const size_t count = std::max(accesses.size(), located.size());
  std::string hint = "`args.NAME` gives the arguments where a probe has any";
  if (count > 0) hint = "it has `arg0` to `arg" + std::to_string(count - 1) + "`";
  if (probe_->matches.front().attach.provider == "usdt" && count == 0)
    hint = "it was built without arguments";
  report(DiagnosticId::no_argument_here, span, probe_name(), name, hint);
  return unknown(span);
}

/// An argument that the traced program says the place of, made of what there is for registers, sums and the
/// memory of processes.
typed::ExpressionPtr Checker::located_argument(const probes::LocatedArgument& argument,
                                               const std::string& name, Span span) {
  using Kind = probes::LocatedArgument::Kind;
  if (!argument.unreadable.empty()) {
    report(DiagnosticId::unreadable_argument, span, name, probe_name(), argument.unreadable);
    return unknown(span);
  }
  const Type own = integer_type(argument.size, argument.is_signed),
             wide = integer_type(8, argument.is_signed);
  const Type address = integer_type(8, false);
  auto add = [&](ExpressionPtr left, ExpressionPtr right) {
    if (!left) return right;
    return typed::make_expression(
        span, address, typed::Binary{BinaryOperator::add, std::move(left), std::move(right), false, false});
  };
  auto read = [&](const probes::ContextAccess& access, const Type& type) {
    return typed::make_expression(span, type, typed::ArgumentRead{access});
  };
  if (argument.kind == Kind::constant) return constant(span, wide, argument.number);
  if (argument.kind == Kind::in_register) return convert(read(*argument.base, own), wide);
  ExpressionPtr place;
  if (argument.base) place = read(*argument.base, address);
  if (argument.index) {
    ExpressionPtr scaled =
        typed::make_expression(span, address,
                               typed::Binary{BinaryOperator::multiply, read(*argument.index, address),
                                             constant(span, address, argument.scale), false, false});
    place = add(std::move(place), std::move(scaled));
  }
  if (argument.number != 0 || !place) place = add(std::move(place), constant(span, address, argument.number));
  place->type = pointer_type(AddressSpace::user, own);
  return convert(
      typed::make_expression(span, own, typed::Dereference{.pointer = std::move(place), .offset = 0}), wide);
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
