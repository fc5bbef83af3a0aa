// The answers of kernel.h, each kept once it was found: what is read how stands in files, tracefs and btf.
#include "kernel/kernel.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <sys/stat.h>

#include "base/text.h"
#include "kernel/bpf_programs.h"
#include "kernel/btf.h"
#include "kernel/btf_query.h"
#include "kernel/cgroups.h"
#include "kernel/files.h"
#include "kernel/tracefs.h"

namespace trc {
namespace {

constexpr const char* kBtfDirectory = "/sys/kernel/btf";
constexpr const char* kVmlinux = "vmlinux";
constexpr std::string_view kTypedefPrefix = "btf_trace_";
// The initial PID namespace (kernel: include/linux/proc_ns.h, PROC_PID_INIT_INO).
constexpr uint64_t kInitialPidNamespace = 0xEFFFFFFC;
// Record formats of ftrace itself, which stand among the tracepoints but can't be attached to.
constexpr std::string_view kNoCategory = "ftrace";

/// The next step of a chain that ends at its first error.
template<class T, class Step> auto then(const Result<T>& result, Step step) -> decltype(step(*result)) {
  if (!result) return std::unexpected(result.error());
  return step(*result);
}

} // namespace

struct Kernel::State {
  std::string root;
  std::optional<std::string> release;
  std::optional<unsigned> possible_cpus;
  std::optional<Result<std::string>> events;
  std::optional<Result<std::vector<std::string>>> categories;
  std::map<std::string, Result<std::vector<std::string>>> tracepoints;
  std::map<std::string, Result<std::vector<TracepointField>>> fields;
  std::optional<Result<Btf>> btf;
  std::optional<std::vector<std::string>> btf_modules;
  std::map<std::string, Result<Btf>> module_btf;
  std::optional<std::vector<std::string>> raw_tracepoints;
  std::map<std::string, std::optional<uint32_t>> raw_tracepoint_ids;
  std::map<std::string, std::optional<uint32_t>> structs; // their BTF ids
  std::map<std::string, std::optional<uint32_t>> member_offsets;
  std::map<std::string, Result<uint64_t>> symbol_addresses;
  std::optional<Result<std::vector<KernelFunction>>> functions;
  std::optional<Result<std::string>> traceable; // the text of available_filter_functions

  const Result<std::string>& events_path() {
    if (!events) events = events_directory(root);
    return *events;
  }

  const Result<Btf>& the_btf() {
    if (!btf) btf = Btf::open(root + kBtfDirectory + "/" + kVmlinux);
    return *btf;
  }
};

Kernel::Kernel(std::unique_ptr<State> state) : state_(std::move(state)) {}
Kernel::Kernel(Kernel&&) noexcept = default;
Kernel& Kernel::operator=(Kernel&&) noexcept = default;
Kernel::~Kernel() = default;

Result<Kernel> Kernel::open(std::string root) {
  while (root.ends_with('/'))
    root.pop_back();
  struct stat status;
  if (!root.empty()) {
    if (::stat(root.c_str(), &status) != 0) return errno_failure(errno, "can't use " + root + " as a kernel");
    if (!S_ISDIR(status.st_mode))
      return failure(ErrorKind::invalid, root + " is not a directory",
                     "a kernel description is a directory that holds `proc` and `sys`");
  }
  auto state = std::make_unique<State>();
  state->root = std::move(root);
  return Kernel(std::move(state));
}

bool Kernel::is_running() const { return state_->root.empty(); }

const std::string& Kernel::root() const { return state_->root; }

const std::string& Kernel::release() const {
  if (!state_->release) {
    auto text = read_file(state_->root + "/proc/sys/kernel/osrelease");
    state_->release = text ? std::string(trim(*text)) : std::string();
  }
  return *state_->release;
}

KernelVersion Kernel::version() const {
  KernelVersion version;
  const std::string& text = release();
  const char *at = text.data(), *end = at + text.size();
  for (unsigned* number : {&version.major, &version.minor, &version.patch}) {
    auto [next, error] = std::from_chars(at, end, *number);
    if (error != std::errc()) break;
    if (next == end || *next != '.') break;
    at = next + 1;
  }
  return version;
}

unsigned Kernel::possible_cpus() const {
  if (!state_->possible_cpus) {
    auto numbers = then(read_file(state_->root + "/sys/devices/system/cpu/possible"), parse_cpu_list);
    state_->possible_cpus = numbers && !numbers->empty() ? numbers->back() + 1 : 1;
  }
  return *state_->possible_cpus;
}

Result<std::vector<std::string>> Kernel::tracepoint_categories() const {
  if (!state_->categories) {
    state_->categories = then(state_->events_path(), directories_in);
    if (*state_->categories) std::erase(**state_->categories, kNoCategory);
  }
  return *state_->categories;
}

/// Names come from the user and become part of a path.
static bool is_file_name(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find('/') == name.npos;
}

Result<std::vector<std::string>> Kernel::tracepoints(const std::string& category) const {
  const Result<std::string>& events = state_->events_path();
  if (!events) return std::unexpected(events.error());
  if (!is_file_name(category) || category == kNoCategory) return std::vector<std::string>();
  auto [entry, is_new] = state_->tracepoints.try_emplace(category);
  if (is_new) {
    entry->second = directories_in(*events + "/" + category);
    if (!entry->second && entry->second.error().kind == ErrorKind::not_found)
      entry->second = std::vector<std::string>();
  }
  return entry->second;
}

Result<std::vector<TracepointField>> Kernel::tracepoint_fields(const std::string& category,
                                                               const std::string& event) const {
  const Result<std::string>& events = state_->events_path();
  if (!events) return std::unexpected(events.error());
  const std::string name = category + ":" + event;
  auto missing = [&] { return failure(ErrorKind::not_found, "there is no tracepoint " + name); };
  if (!is_file_name(category) || !is_file_name(event) || category == kNoCategory) return missing();
  auto [entry, is_new] = state_->fields.try_emplace(name);
  if (is_new) {
    entry->second =
        then(read_file(*events + "/" + category + "/" + event + "/format"), parse_tracepoint_format);
    if (!entry->second && entry->second.error().kind == ErrorKind::not_found) entry->second = missing();
  }
  return entry->second;
}

bool Kernel::has_event_source(const std::string& name) const {
  struct stat status;
  return ::stat((state_->root + "/sys/bus/event_source/devices/" + name + "/type").c_str(), &status) == 0;
}

Result<std::vector<KernelFunction>> Kernel::functions() const {
  if (!state_->functions) state_->functions = read_functions(state_->root);
  return *state_->functions;
}

Result<NamedFunctions> Kernel::functions_named(const std::string& name) const {
  if (!state_->traceable)
    state_->traceable = read_file(state_->root + "/sys/kernel/tracing/available_filter_functions");
  return then(*state_->traceable, [&](const std::string& text) -> Result<NamedFunctions> {
    return trc::functions_named(text, name);
  });
}

Result<uint64_t> Kernel::symbol_address(const std::string& name) const {
  auto [entry, is_new] = state_->symbol_addresses.try_emplace(name);
  if (is_new) {
    auto text = read_file(state_->root + "/proc/kallsyms");
    entry->second = text ? find_symbol(*text, name) : std::unexpected(text.error());
  }
  return entry->second;
}

bool Kernel::surely_has_function(const std::string& name) const { return function_id(name).has_value(); }

std::optional<uint32_t> Kernel::function_id(const std::string& name) const {
  const Result<Btf>& btf = state_->the_btf();
  return btf ? btf->find(name, {BTF_KIND_FUNC}) : std::nullopt;
}

bool Kernel::has_btf() const { return state_->the_btf().has_value(); }

const Btf* Kernel::btf() const {
  const Result<Btf>& btf = state_->the_btf();
  return btf ? &*btf : nullptr;
}

const std::vector<std::string>& Kernel::btf_modules() const {
  if (!state_->btf_modules) {
    auto names = files_in(state_->root + kBtfDirectory);
    if (names) std::erase(*names, kVmlinux);
    state_->btf_modules = names ? std::move(*names) : std::vector<std::string>();
  }
  return *state_->btf_modules;
}

const Btf* Kernel::module_btf(const std::string& module) const {
  const Btf* base = btf();
  const auto& known = btf_modules();
  if (!base || !std::binary_search(known.begin(), known.end(), module)) return nullptr;
  auto entry = state_->module_btf.find(module);
  if (entry == state_->module_btf.end())
    entry = state_->module_btf.emplace(module, Btf::open(state_->root + kBtfDirectory + "/" + module, base))
                .first;
  return entry->second ? &*entry->second : nullptr;
}

Result<std::vector<std::string>> Kernel::raw_tracepoints() const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return std::unexpected(btf.error());
  if (!state_->raw_tracepoints) {
    std::vector<std::string> names;
    for (const Btf::Named& found : btf->with_prefix(kTypedefPrefix, BTF_KIND_TYPEDEF)) {
      names.emplace_back(found.name.substr(kTypedefPrefix.size()));
      state_->raw_tracepoint_ids.emplace(names.back(), found.id);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    state_->raw_tracepoints = std::move(names);
  }
  return *state_->raw_tracepoints;
}

std::optional<uint32_t> Kernel::raw_tracepoint_btf_id(const std::string& name) const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return {};
  auto [entry, is_new] = state_->raw_tracepoint_ids.try_emplace(name);
  if (is_new) entry->second = btf->find(std::string(kTypedefPrefix) + name, {BTF_KIND_TYPEDEF});
  return entry->second;
}

Result<std::vector<BtfParameter>> Kernel::raw_tracepoint_arguments(const std::string& name) const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return std::unexpected(btf.error());
  auto arguments = trc::raw_tracepoint_arguments(*btf, name);
  if (!arguments) return failure(ErrorKind::not_found, "there is no raw tracepoint " + name);
  return *arguments;
}

std::optional<BtfPrototype> Kernel::prototype(const std::string& function) const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return {};
  return trc::prototype(*btf, function);
}

Result<std::vector<std::string>> Kernel::btf_functions() const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return std::unexpected(btf.error());
  std::vector<std::string> names;
  for (const Btf::Named& found : btf->with_prefix("", BTF_KIND_FUNC))
    names.emplace_back(found.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<uint32_t> Kernel::member_offset(const std::string& struct_name, const std::string& path) const {
  const Result<Btf>& btf = state_->the_btf();
  if (!btf) return {};
  auto [entry, is_new] = state_->member_offsets.try_emplace(struct_name + "." + path);
  if (is_new) {
    auto [known, is_first] = state_->structs.try_emplace(struct_name);
    if (is_first) known->second = find_struct(*btf, struct_name);
    if (known->second) entry->second = trc::member_offset(*btf, *known->second, path);
  }
  return entry->second;
}

bool Kernel::allows_call(const std::string& function, const ProgramKind& program) const {
  const auto id = function_id(function);
  if (!id) return false;
  if (is_running())
    if (auto known = kernel_allows_call(*id, program)) return *known;
  return program.is_tracing();
}

std::optional<bool> Kernel::may_be_overridden(const std::string& function) const {
  auto list = read_file(state_->root + "/sys/kernel/debug/error_injection/list");
  if (!list) return {};
  for (std::string_view line : split(*list, '\n'))
    if (line.substr(0, line.find_first_of(" \t")) == function) return true;
  return false;
}

Result<uint64_t> Kernel::cgroup_id(const std::string& path) const {
  return trc::cgroup_id(state_->root, path);
}

std::optional<Kernel::PidNamespace> Kernel::own_pid_namespace() const {
  struct stat status;
  // A description in files has no processes.
  if (!state_->root.empty() || ::stat("/proc/self/ns/pid", &status) != 0) return {};
  if (status.st_ino == kInitialPidNamespace) return {};
  return PidNamespace{status.st_dev, status.st_ino};
}

} // namespace trc
