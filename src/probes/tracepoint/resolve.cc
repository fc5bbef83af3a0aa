// tracepoint: the kernel's static instrumentation points.
//
// Those of the category `syscalls` are special: the kernel's own are slow to detach (70 ms each), while one
// raw tracepoint sees all calls and costs less an event. Where BTF makes that possible, such a probe becomes
// a program on the raw tracepoint that picks its own call by number.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "probes/provider.h"
#include "probes/report.h"
#include "probes/tracepoint/arguments.h"
#include "probes/tracepoint/syscalls.h"

namespace trc::probes {
namespace {

constexpr const char* kSyscalls = "syscalls";

/// The category and event parts of an attach point.
struct Target {
  const AttachPointText& point;
  Part category, event;
};

Match plain_match(const ResolveContext& context, const std::string& category, const std::string& event) {
  Match match;
  match.name = "tracepoint:" + category + ":" + event;
  match.type = ProgramType::tracepoint;
  match.attach = {.provider = "tracepoint", .target = category + ":" + event, .value = 0};
  match.has_cookie = true;
  match.pointers = category == kSyscalls ? AddressSpace::user : AddressSpace::kernel;
  match.return_value = 1;
  match.arguments = [&kernel = context.kernel, types = context.types, category, event,
                     pointers = match.pointers]() -> Result<std::vector<Argument>> {
    auto fields = kernel.tracepoint_fields(category, event);
    if (!fields) return std::unexpected(fields.error());
    return tracepoint_arguments(*fields, pointers, *types);
  };
  return match;
}

/// Before Linux 5.17 a shorter name left the end of a longer one behind its NUL (__set_task_comm).
constexpr KernelVersion kPaddedComm = {5, 17};

std::optional<TaskFields> task_fields(const Kernel& kernel) {
  auto offset = [&](const char* path) { return kernel.member_offset("task_struct", path); };
  const auto status = offset("thread_info.status");
  if (!status) return {};
  return TaskFields{.status = *status,
                    .thread = offset("pid"),
                    .process = offset("tgid"),
                    .comm = kernel.version() < kPaddedComm ? std::nullopt : offset("comm")};
}

/// A system call's tracepoint as a program on the raw tracepoint of all calls; nothing where that can't be.
std::optional<Match> syscall_match(const ResolveContext& context, const std::string& event) {
  const Kernel& kernel = context.kernel;
  const SyscallEdge* edge = find_syscall_edge(event);
  auto number = edge ? syscall_number(event.substr(edge->prefix.size())) : std::nullopt;
  if (!number) return {};
  auto btf_id = kernel.raw_tracepoint_btf_id(std::string(edge->raw_tracepoint));
  if (!btf_id) return {};

  Match match;
  match.name = "tracepoint:" + std::string(kSyscalls) + ":" + event;
  match.type = ProgramType::btf_tracepoint;
  match.attach_btf_id = *btf_id;
  match.attach = {.provider = "rawtracepoint", .target = std::string(edge->raw_tracepoint), .value = 0};
  match.selector = Selector{.access = edge->number, .value = *number, .task = task_fields(kernel)};
  match.pointers = AddressSpace::user;
  match.arguments = [&kernel, types = context.types, event, edge]() -> Result<std::vector<Argument>> {
    auto fields = kernel.tracepoint_fields(kSyscalls, event);
    if (!fields) return std::unexpected(fields.error());
    return syscall_arguments(*fields, *edge, *types);
  };
  return match;
}

Match match_of(const ResolveContext& context, const std::string& category, const std::string& event) {
  if (category == kSyscalls)
    if (auto match = syscall_match(context, event)) return std::move(*match);
  return plain_match(context, category, event);
}

/// "`sched:sched_switch` is in this kernel" for an event that was sought in another category.
std::string other_category(const std::string& event, const Kernel& kernel) {
  auto categories = kernel.tracepoint_categories();
  if (!categories) return {};
  for (const std::string& category : *categories) {
    auto events = kernel.tracepoints(category);
    if (events && std::binary_search(events->begin(), events->end(), event))
      return "did you mean `" + category + ":" + event + "`?";
  }
  return {};
}

/// Says what of a name without wildcards is not there.
void report_missing(const Target& target, const ResolveContext& context) {
  const Kernel& kernel = context.kernel;
  auto categories = kernel.tracepoint_categories();
  if (!categories) return report_no_answer(target.point, target.category, categories.error(), context);
  const std::string &category = target.category.text, &event = target.event.text;
  if (!std::binary_search(categories->begin(), categories->end(), category)) {
    std::string hint = did_you_mean(category, *categories);
    if (hint.empty() && !has_wildcard(event)) hint = other_category(event, kernel);
    return context.diagnostics.report(DiagnosticId::unknown_tracepoint_category, target.category.span,
                                      category, std::move(hint));
  }
  auto events = kernel.tracepoints(category);
  if (!events) return report_no_answer(target.point, target.event, events.error(), context);
  std::string hint = other_category(event, kernel);
  if (hint.empty()) hint = did_you_mean(event, *events);
  context.diagnostics.report(DiagnosticId::unknown_tracepoint, target.event.span, category + ":" + event,
                             std::move(hint));
}

/// A name without wildcards: asking for the one format file is far cheaper than listing its directory.
void resolve_one(const Target& target, const ResolveContext& context, std::vector<Match>& matches) {
  const std::string &category = target.category.text, &event = target.event.text;
  auto fields = context.kernel.tracepoint_fields(category, event);
  if (fields) return matches.push_back(match_of(context, category, event));
  if (fields.error().kind == ErrorKind::not_found) return report_missing(target, context);
  // tracefs is for root. What a script on system calls means is known without it as long as it reads no
  // `args`.
  auto known = category == kSyscalls ? syscall_match(context, event) : std::nullopt;
  if (known) return matches.push_back(std::move(*known));
  report_no_answer(target.point, target.event, fields.error(), context);
}

void resolve_wildcard(const Target& target, const ResolveContext& context, std::vector<Match>& matches) {
  const Kernel& kernel = context.kernel;
  auto categories = kernel.tracepoint_categories();
  if (!categories) return report_no_answer(target.point, target.category, categories.error(), context);
  const size_t before = matches.size();
  bool category_found = false;
  for (const std::string& category : *categories) {
    if (!glob_match(target.category.text, category)) continue;
    category_found = true;
    auto events = kernel.tracepoints(category);
    if (!events) return report_no_answer(target.point, target.event, events.error(), context);
    for (const std::string& event : *events)
      if (glob_match(target.event.text, event)) matches.push_back(match_of(context, category, event));
  }
  if (matches.size() > before) return;
  if (!category_found && !has_wildcard(target.category.text)) return report_missing(target, context);
  context.diagnostics.report(
      DiagnosticId::no_match, target.point.span, target.point.whole,
      "the folders of `/sys/kernel/tracing/events` are the categories, those in them the events");
}

} // namespace

void resolve_tracepoint(const AttachPointText& point, const ResolveContext& context,
                        std::vector<Match>& matches) {
  const auto& parts = point.parts;
  Target target = {.point = point, .category = {}, .event = {}};
  if (parts.size() == 2 && !parts[0].text.empty() && !parts[1].text.empty()) {
    target.category = parts[0];
    target.event = parts[1];
  } else if (parts.size() == 1 && has_wildcard(parts[0].text)) {
    // `tracepoint:*open*`: who leaves out the category looks for an event.
    target.category = {.text = "*", .span = parts[0].span};
    target.event = parts[0];
  } else {
    std::string hint = parts.size() == 1 ? other_category(parts[0].text, context.kernel) : std::string();
    return report_bad_form(point, context, std::move(hint));
  }
  if (has_wildcard(target.category.text) || has_wildcard(target.event.text))
    resolve_wildcard(target, context, matches);
  else
    resolve_one(target, context, matches);
}

} // namespace trc::probes
