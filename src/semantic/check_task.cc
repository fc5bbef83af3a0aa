// Values and functions about tasks, and what is done to them: ids, names, signals, results, memory; paths and
// sockets, whose helpers want pointers that the verifier knows; and what the kernel lets a program call.
#include <linux/bpf.h>

#include "kernel/bpf_programs.h"
#include "kernel/kernel.h"
#include "lang/signals.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

constexpr uint32_t kCommSize = 16; // TASK_COMM_LEN (include/linux/sched.h)

/// What the kernel knows a probe's program as.
ProgramKind program_kind(const probes::Match& match) {
  switch (match.type) {
  case ProgramType::raw_tracepoint: return {.type = BPF_PROG_TYPE_RAW_TRACEPOINT};
  case ProgramType::btf_tracepoint: return {BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, match.attach_btf_id};
  case ProgramType::fentry: return {BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, match.attach_btf_id};
  case ProgramType::fexit: return {BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, match.attach_btf_id};
  case ProgramType::iterator: return {BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, match.attach_btf_id};
  case ProgramType::tracepoint: return {.type = BPF_PROG_TYPE_TRACEPOINT};
  case ProgramType::perf_event: return {.type = BPF_PROG_TYPE_PERF_EVENT};
  default: return {.type = BPF_PROG_TYPE_KPROBE};
  }
}

bool is_trampoline(ProgramType type) { return type == ProgramType::fentry || type == ProgramType::fexit; }

} // namespace

/// `pid`, `tid`, `pid(curr_ns)`, `pid(init)`: the index is 1 for the last.
typed::ExpressionPtr Checker::id_of_task(const ast::Call& node, const Builtin& row, Span span) {
  uint32_t mode = 0;
  if (!node.arguments.empty()) {
    const auto* name = std::get_if<ast::Name>(&behind(*node.arguments[0]).node);
    if (!name || (name->name != "curr_ns" && name->name != "init"))
      return bad_argument(node, 0, row, "`curr_ns` or `init`",
                          name ? "`" + name->name + "`" : what_is(*node.arguments[0]));
    mode = name->name == "init";
  }
  return typed::make_expression(span, integer_type(4, false),
                                typed::Call{.id = row.id, .arguments = {}, .index = mode, .access = {}});
}

typed::ExpressionPtr Checker::check_pid(const ast::Call& node, const Builtin& row, Span span) {
  return id_of_task(node, row, span);
}

typed::ExpressionPtr Checker::check_tid(const ast::Call& node, const Builtin& row, Span span) {
  return id_of_task(node, row, span);
}

typed::ExpressionPtr Checker::check_comm(const ast::Call& node, const Builtin& row, Span span) {
  const Type type = string_type(kCommSize);
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  if (node.arguments.empty()) return typed::make_expression(span, type, std::move(call));
  if (!here("comm(pid)", span)) return unknown(span);
  ExpressionPtr id = integer_argument(node, 0, row);
  if (id->type.is_none()) return id;
  const Kernel& kernel = context_.kernel;
  const std::string find = "bpf_task_from_pid", release = "bpf_task_release";
  const auto comm = kernel.member_offset("task_struct", "comm");
  if (!comm || !kernel.allows_call(find, program_kind(probe_->matches.front()))) {
    report(DiagnosticId::answers_unknown, span, "comm(pid)", "the function bpf_task_from_pid",
           "\"[unknown]\"",
           "Linux 6.2 brought it for programs with BTF, such as those of `rawtracepoint`, `fentry`, `iter` "
           "and the "
           "tracepoints of system calls; 6.12 for other tracepoints");
    return convert(text_constant(span, "[unknown]"), type);
  }
  call.arguments.push_back(convert(std::move(id), integer_type(4, true)));
  for (uint64_t fact : {*kernel.function_id(find), *kernel.function_id(release), *comm})
    call.arguments.push_back(constant(span, integer_type(4, false), fact));
  return typed::make_expression(span, type, std::move(call));
}

typed::ExpressionPtr Checker::check_kfunc_allowed(const ast::Call& node, const Builtin&, Span span) {
  if (!here("kfunc_allowed()", span)) return unknown(span);
  const std::string name = *text(*node.arguments[0]);
  return boolean(span, context_.kernel.allows_call(name, program_kind(probe_->matches.front())));
}

/// A record of all settings.
typed::ExpressionPtr Checker::check_config(const ast::Call&, const Builtin&, Span span) {
  std::vector<std::string> names;
  std::vector<Type> types;
  typed::Expressions values;
  auto add = [&](const char* name, ExpressionPtr value) {
    names.emplace_back(name);
    types.push_back(value->type);
    values.push_back(std::move(value));
  };
  const Settings& settings = context_.options.settings;
#define CONSTANT_OF_boolean(value) boolean(span, value)
#define CONSTANT_OF_number(value) constant(span, integer_type(8, false), value)
#define CONSTANT_OF_choice(value) text_constant(span, value)
#define CONSTANT_OF_text(value) text_constant(span, value)
#define SETTING(id, kind, standard, low, high, choices, doc) add(#id, CONSTANT_OF_##kind(settings.id));
#include "lang/settings.def"
#undef SETTING
  return tuple_of(record_type(std::move(names), std::move(types)), std::move(values), span);
}

// ---- what does more than look

bool Checker::is_safe(const Builtin& row, Span span) {
  if (!context_.options.unsafe) report(DiagnosticId::unsafe_function, span, row.name);
  return context_.options.unsafe;
}

/// To the process or thread that the kernel runs when the probe is hit, which there has to be one of.
typed::ExpressionPtr Checker::send_signal(const ast::Call& node, const Builtin& row, Span span) {
  if (!is_safe(row, span) || !here(row.name, span)) return unknown(span);
  const probes::Match& match = probe_->matches.front();
  if (match.run_by != probes::RunBy::kernel || match.type == ProgramType::iterator) {
    report(DiagnosticId::no_argument_here, span, probe_name(), std::string(row.name) + "()",
           "a signal goes to the process that the probe was hit in, and here that is trc itself");
    return unknown(span);
  }
  ExpressionPtr number;
  if (auto name = text(*node.arguments[0])) {
    auto known = signal_number(*name);
    if (!known)
      return bad_argument(node, 0, row, "a signal, such as \"SIGUSR1\" or \"KILL\"", "`" + *name + "`");
    number = literal(span, static_cast<uint64_t>(*known));
  } else {
    number = integer_argument(node, 0, row);
  }
  if (number->type.is_none()) return number;
  const typed::Constant* known = as_constant(*number);
  if (known && (known->bits < 1 || known->bits > kMostSignals))
    return bad_argument(node, 0, row, "a signal, 1 to " + std::to_string(kMostSignals),
                        std::to_string(static_cast<int64_t>(known->bits)));
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(number));
  return typed::make_expression(span, {}, std::move(call));
}

typed::ExpressionPtr Checker::check_signal(const ast::Call& node, const Builtin& row, Span span) {
  return send_signal(node, row, span);
}

typed::ExpressionPtr Checker::check_signal_thread(const ast::Call& node, const Builtin& row, Span span) {
  return send_signal(node, row, span);
}

typed::ExpressionPtr Checker::check_override(const ast::Call& node, const Builtin& row, Span span) {
  if (!is_safe(row, span) || !here(row.name, span)) return unknown(span);
  for (const probes::Match& match : probe_->matches) {
    std::string hint;
    if (match.attach.provider != "kprobe")
      hint = "it goes with `kprobe` on a function";
    else if (context_.kernel.may_be_overridden(match.attach.target) == false)
      hint = "the kernel allows it for the functions of /sys/kernel/debug/error_injection/list";
    if (hint.empty()) continue;
    report(DiagnosticId::no_argument_here, span, match.name, std::string(row.name) + "()", hint);
    return unknown(span);
  }
  ExpressionPtr result = integer_argument(node, 0, row);
  if (result->type.is_none()) return result;
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(convert(std::move(result), integer_type(8, true)));
  return typed::make_expression(span, {}, std::move(call));
}

typed::ExpressionPtr Checker::check_write_user(const ast::Call& node, const Builtin& row, Span span) {
  if (!is_safe(row, span)) return unknown(span);
  ExpressionPtr to = value(*node.arguments[0]);
  if (to->type.is_none()) return to;
  if (!to->type.is_pointer() && !to->type.is_integer())
    return bad_argument(node, 0, row, "an address", with_article(to->type));
  ExpressionPtr bytes = bytes_argument(node, 1, row);
  if (bytes->type.is_none()) return bytes;
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(to));
  call.arguments.push_back(std::move(bytes));
  return typed::make_expression(span, bool_type(), std::move(call));
}

// ---- helpers that want pointers the verifier knows

/// The structure, as an expression that lies where such a pointer leads to.
typed::ExpressionPtr Checker::trusted_argument(const ast::Call& node, size_t index, const Builtin& row,
                                               const std::string& structure) {
  ExpressionPtr e = value(*node.arguments[index]);
  if (e->type.is_none()) return nullptr;
  const Span span = e->span;
  if (e->type.is_pointer() && target_of(e->type).name == structure) e = dereference(span, std::move(e));
  const std::string expected = "a `" + structure + "`, or a pointer to one";
  if (e->type.kind != TypeKind::structure || e->type.name != structure) {
    bad_argument(node, index, row, expected, with_article(e->type));
    return nullptr;
  }
  auto* behind = std::get_if<typed::Dereference>(&e->node);
  if (behind && behind->is_trusted) return e;
  bad_argument(node, index, row, expected + " that leads from an argument of the probe without a cast",
               "one that the kernel can't be sure of");
  return nullptr;
}

typed::ExpressionPtr Checker::check_path(const ast::Call& node, const Builtin& row, Span span) {
  if (!here("path()", span)) return unknown(span);
  const ProgramType type = probe_->matches.front().type;
  if (type != ProgramType::iterator && !is_trampoline(type)) {
    report(DiagnosticId::no_argument_here, span, probe_name(), "path()",
           "the kernel allows it in `iter` probes, and in `fentry` and `fexit` on some functions, among them "
           "filp_close, vfs_truncate, vfs_fallocate, dentry_open, vfs_getattr and security_file_permission");
    return unknown(span);
  }
  ExpressionPtr where = trusted_argument(node, 0, row, "struct path");
  if (!where) return unknown(span);
  const uint64_t most = context_.options.settings.max_strlen;
  uint64_t size = most;
  if (node.arguments.size() > 1) {
    const int64_t given = *number(*node.arguments[1]);
    if (given < 1) return bad_argument(node, 1, row, "at least 1", std::to_string(given));
    size = std::min<uint64_t>(given, most);
    if (static_cast<uint64_t>(given) > most)
      report(DiagnosticId::length_shortened, node.arguments[1]->span, std::to_string(given),
             std::to_string(most));
  }
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(where));
  return typed::make_expression(span, string_type(static_cast<uint32_t>(size)), std::move(call));
}

typed::ExpressionPtr Checker::check_socket_cookie(const ast::Call& node, const Builtin& row, Span span) {
  if (!here("socket_cookie()", span)) return unknown(span);
  constexpr KernelVersion kHasIt = {5, 12, 0};
  const probes::Match& match = probe_->matches.front();
  if (!program_kind(match).is_tracing()) {
    report(DiagnosticId::no_argument_here, span, probe_name(), "socket_cookie()",
           "programs with BTF have it: `rawtracepoint`, `fentry`, `fexit` and `iter`");
    return unknown(span);
  }
  if (context_.kernel.version() < kHasIt) {
    report(DiagnosticId::needs_kernel_feature, span, "socket_cookie()", "Linux 5.12", "");
    return unknown(span);
  }
  ExpressionPtr socket = trusted_argument(node, 0, row, "struct sock");
  if (!socket) return unknown(span);
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(socket));
  return typed::make_expression(span, integer_type(8, false), std::move(call));
}

} // namespace trc
