// Stacks, symbols and registers: `kstack` and `ustack` with their modes and limits, ksym(), usym(), `func`,
// kaddr() and reg().
#include "base/text.h"
#include "kernel/kernel.h"
#include "lang/planned.h"
#include "probes/registers.h"
#include "probes/user_target.h"
#include "program/records.h"
#include "program/stack_mode.h"
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/limits.h"
#include "symbols/elf_symbols.h"

namespace trc {
namespace {

/// The parts of what stands for a stack (program/records.h: StackKey).
std::vector<Type> key_parts() { return {integer_type(8, false), integer_type(8, false)}; }

/// Whether its context is, or begins with, a struct pt_regs.
bool has_registers(const probes::Match& match) {
  return match.type == ProgramType::kprobe || match.type == ProgramType::kprobe_multi ||
         match.type == ProgramType::uprobe_multi || match.type == ProgramType::perf_event;
}

} // namespace

/// The way to show a stack that this is the name of; nothing, and a diagnostic, if it is none.
std::optional<StackMode> Checker::stack_mode_of(const ast::Name& name, const Builtin& row, Span span) {
  const bool is_user = row.id == BuiltinId::ustack;
  auto mode = stack_mode(name.name);
  if (mode && (is_user || *mode != StackMode::build_id)) return mode;
  std::vector<std::string> known(std::begin(kStackModeNames), std::end(kStackModeNames));
  if (!is_user) known.pop_back();
  std::string hint;
  for (const std::string& one : known)
    hint += (hint.empty() ? "known are `" : ", `") + one + "`";
  if (mode) hint = "build ids are those of programs: they go with `ustack`";
  if (auto near = nearest(name.name, known)) hint = "did you mean `" + *near + "`?";
  report(DiagnosticId::bad_stack_mode, span, name.name, row.name, hint);
  return {};
}

/// Whether C definitions give a name a meaning: a `#define` can be a limit.
bool Checker::is_of_c(const ast::Name& name) const {
  const auto& definitions = context_.options.definitions;
  return (definitions && definitions->macro(name.name)) || types().constant(name.name);
}

/// `kstack`, `kstack(limit)`, `kstack(mode)`, `kstack(mode, limit)`.
typed::ExpressionPtr Checker::stack(const ast::Call& node, const Builtin& row, Span span) {
  StackMode mode = stack_mode(context_.options.settings.stack_mode).value_or(StackMode::bpftrace);
  const bool is_user = row.id == BuiltinId::ustack;
  if (!is_user && mode == StackMode::build_id) mode = StackMode::bpftrace; // that is for programs
  uint32_t limit = 0;                                                      // as many as is usual
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const ast::Expression& argument = *node.arguments[i];
    if (const auto* name = std::get_if<ast::Name>(&behind(argument).node);
        name && i == 0 && !is_of_c(*name)) {
      auto given = stack_mode_of(*name, row, argument.span);
      if (!given) return unknown(span);
      mode = *given;
      continue;
    }
    const bool is_mode = i == 0 && node.arguments.size() > 1;
    if (i > 0 && std::holds_alternative<ast::Name>(behind(argument).node) &&
        stack_mode(std::get<ast::Name>(behind(argument).node).name))
      return bad_argument(node, i, row, "a literal number of frames", "a mode");
    auto frames = is_mode ? std::nullopt : number(argument);
    if (!frames)
      return bad_argument(node, i, row,
                          is_mode  ? "`bpftrace`, `perf` or `raw`"
                          : i == 0 ? "`bpftrace`, `perf`, `raw` or a literal number of frames"
                                   : "a literal number of frames",
                          what_is(argument));
    if (*frames < 1 || *frames > kMostFrames) {
      report(DiagnosticId::bad_stack_limit, argument.span, std::to_string(*frames),
             std::to_string(kMostFrames), row.name);
      return unknown(span);
    }
    limit = static_cast<uint32_t>(*frames);
  }
  Type type = presented_type(is_user ? Presentation::user_stack : Presentation::kernel_stack, key_parts());
  type.parameters = {static_cast<int64_t>(mode)};
  typed::Call call = {.id = row.id, .arguments = {}, .index = limit, .access = {}};
  if (is_user) call.arguments = process_image(span);
  context_.program.has_user_stacks |= is_user;
  context_.program.has_stacks = true;
  return typed::make_expression(span, std::move(type), std::move(call));
}

typed::ExpressionPtr Checker::check_kstack(const ast::Call& node, const Builtin& row, Span span) {
  return stack(node, row, span);
}

typed::ExpressionPtr Checker::check_ustack(const ast::Call& node, const Builtin& row, Span span) {
  return stack(node, row, span);
}

/// What tells the images of one process id apart, as far as the kernel's BTF gives it: when the process
/// began, and how many programs it has executed since.
typed::Expressions Checker::process_image(Span span) {
  typed::Expressions parts;
  const std::string name = "struct task_struct";
  auto task = context_.kernel_types->type(name);
  auto member = [&](const char* path) { return context_.kernel.member_offset("task_struct", path); };
  const auto leader = member("group_leader"), start = member("start_boottime"),
             executed = member("self_exec_id");
  if (!task || !leader || !start || !executed) return parts;
  const Type pointer = pointer_type(AddressSpace::kernel, *task);
  auto current = [&] {
    typed::Call call = {.id = BuiltinId::curtask, .arguments = {}, .index = 1, .access = {}};
    return typed::make_expression(span, pointer, std::move(call));
  };
  auto read = [&](ExpressionPtr from, uint32_t offset, Type type) {
    typed::Dereference node = {.pointer = std::move(from), .offset = offset, .is_trusted = true};
    return typed::make_expression(span, std::move(type), std::move(node));
  };
  parts.push_back(read(read(current(), *leader, pointer), *start, integer_type(8, false)));
  parts.push_back(read(current(), *executed, integer_type(8, false)));
  return parts;
}

/// Frames of a stack; what the library's len() comes to for one.
typed::ExpressionPtr Checker::stack_length(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr e = value(*node.arguments[0]);
  if (e->type.is_none()) return e;
  if (!e->type.is_stack())
    return bad_argument(node, 0, row, "a map with keys or a stack", with_article(e->type));
  const Type wide = integer_type(8, false);
  ExpressionPtr high = typed::make_expression(span, wide, typed::Part{std::move(e), 8, {}});
  ExpressionPtr mask = constant(span, wide, (uint64_t{1} << kStackCountBits) - 1);
  return typed::make_expression(span, integer_type(8, true),
                                typed::Binary{BinaryOperator::bit_and, std::move(high), std::move(mask)});
}

typed::ExpressionPtr Checker::check_ksym(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr address = integer_argument(node, 0, row);
  if (!address->type.is_integer()) return unknown(span);
  return kernel_symbol(std::move(address), span);
}

typed::ExpressionPtr Checker::kernel_symbol(ExpressionPtr address, Span span) {
  const Type wide = integer_type(8, false);
  typed::TupleOf parts;
  parts.elements.push_back(convert(std::move(address), wide));
  return typed::make_expression(span, presented_type(Presentation::kernel_symbol, {wide}), std::move(parts));
}

/// A user stack of one frame.
typed::ExpressionPtr Checker::check_usym(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr address = integer_argument(node, 0, row);
  if (!address->type.is_integer()) return unknown(span);
  context_.program.has_stacks = context_.program.has_user_stacks = true;
  typed::Call call = {.id = row.id, .arguments = process_image(span), .index = 0, .access = {}};
  call.arguments.insert(call.arguments.begin(), convert(std::move(address), integer_type(8, false)));
  return typed::make_expression(span, presented_type(Presentation::user_symbol, key_parts()),
                                std::move(call));
}

/// What `func` gives where it is known by now.
std::string Checker::function_name(const probes::Match& match) const {
  return context_.options.settings.cpp_demangle ? symbols::demangle(match.function_name)
                                                : match.function_name;
}

/// The address of the probed function: where the probe hit, or what the kernel keeps for return probes and
/// trampolines.
typed::ExpressionPtr Checker::check_func(const ast::Call&, const Builtin& row, Span span) {
  if (!here("func", span)) return unknown(span);
  const probes::FunctionAddress how = probe_->matches.front().function;
  if (how == probes::FunctionAddress::none) {
    report(DiagnosticId::no_argument_here, span, probe_name(), "func",
           "`kprobe`, `kretprobe`, `uprobe`, `uretprobe`, `fentry` and `fexit` probes have it");
    return unknown(span);
  }
  if (how == probes::FunctionAddress::named) {
    std::vector<std::string> names;
    for (const probes::Match& match : probe_->matches)
      names.push_back(function_name(match));
    return name_of_instance(names, names.front(), row, span);
  }
  const Type wide = integer_type(8, false);
  if (how == probes::FunctionAddress::instruction_pointer)
    return kernel_symbol(
        typed::make_expression(span, wide, typed::ArgumentRead{*probes::register_named("ip")}), span);
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  return kernel_symbol(typed::make_expression(span, wide, std::move(call)), span);
}

typed::ExpressionPtr Checker::check_kaddr(const ast::Call& node, const Builtin&, Span span) {
  const std::string name = *text(*node.arguments[0]);
  auto address = context_.kernel.symbol_address(name);
  if (address && *address != 0) return constant(span, integer_type(8, false), *address);
  std::string hint = "names are those of /proc/kallsyms";
  if (!address)
    hint = address.error().cause + (address.error().hint.empty() ? "" : "; " + address.error().hint);
  report(DiagnosticId::unknown_kernel_symbol, span, name, hint);
  return unknown(span);
}

/// Where a symbol of the probed file lies in the process that runs the probe: as far from the probe as in the
/// file. Files at fixed addresses need no arithmetic.
typed::ExpressionPtr Checker::check_uaddr(const ast::Call& node, const Builtin& row, Span span) {
  if (!here("uaddr()", span)) return unknown(span);
  const probes::Match& match = probe_->matches.front();
  const std::string name = *text(*node.arguments[0]);
  auto refuse = [&](DiagnosticId id, std::string subject, std::string hint) {
    report(id, span, std::move(subject), id == DiagnosticId::no_argument_here ? "uaddr()" : name,
           std::move(hint));
    return unknown(span);
  };
  if (!match.file_address)
    return refuse(DiagnosticId::no_argument_here, probe_name(),
                  "`uprobe`, `uretprobe` and `usdt` probes have it");
  // A return probe stops behind the function's end; only the kernel knows where it began.
  const bool returns = match.result.has_value();
  const Type wide = integer_type(8, false);
  const auto symbol = probes::find_user_symbol(match.attach.target, name, context_.kernel);
  if (!symbol) return refuse(DiagnosticId::unknown_user_symbol, match.attach.target, symbol.error().cause);
  const bool is_integer = symbol->size == 1 || symbol->size == 2 || symbol->size == 4;
  const Type type = pointer_type(AddressSpace::user,
                                 integer_type(is_integer ? static_cast<uint32_t>(symbol->size) : 8, false));
  if (symbol->is_fixed) return constant(span, type, symbol->address);
  if (returns && context_.kernel.version() < KernelVersion{6, 6, 0})
    return refuse(
        DiagnosticId::no_argument_here, probe_name(),
        "before Linux 6.6 the kernel does not tell return probes where their file is: keep it in a map, "
        "from a `uprobe`");
  typed::Expressions parts;
  parts.push_back(constant(span, wide, symbol->address));
  return typed::make_expression(
      span, type,
      typed::Call{.id = row.id, .arguments = std::move(parts), .index = returns ? 1U : 0U, .access = {}});
}

typed::ExpressionPtr Checker::check_reg(const ast::Call& node, const Builtin&, Span span) {
  if (!here("reg()", span)) return unknown(span);
  const std::string name = *text(*node.arguments[0]);
  auto access = probes::register_named(name);
  if (!access) {
    const auto known = probes::register_names();
    auto near = nearest(name, known);
    std::string hint;
    for (const std::string& one : known)
      hint += (hint.empty() ? "known are `" : " ") + one;
    report(DiagnosticId::unknown_register, node.arguments[0]->span, name,
           near ? "did you mean `" + *near + "`?" : hint + "`");
    return unknown(span);
  }
  if (!has_registers(probe_->matches.front())) {
    report(DiagnosticId::no_argument_here, span, probe_name(), "reg()",
           "the registers are known where a probe stops the processor anywhere: in `kprobe`, `kretprobe`, "
           "`uprobe` and `profile` probes");
    return unknown(span);
  }
  return typed::make_expression(span, integer_type(8, false), typed::ArgumentRead{*access});
}

/// Where the kernel itself runs the program it can't be otherwise than 0.
typed::ExpressionPtr Checker::check_usermode(const ast::Call&, const Builtin& row, Span span) {
  if (!here("usermode", span)) return unknown(span);
  const Type type = integer_type(1, false);
  if (!has_registers(probe_->matches.front())) return constant(span, type, 0);
  return typed::make_expression(span, type,
                                typed::Call{.id = row.id, .arguments = {}, .index = 0, .access = {}});
}

} // namespace trc
