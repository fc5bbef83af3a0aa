// What a machine offers, as answers to questions: tracepoints, BTF, CPUs, version. The live machine and a
// fixture in a directory are the same code with another root: every fact is read from a file below it. Each
// fact is read when it is first asked for, and kept.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/functions.h"

namespace trc {

struct KernelVersion {
  unsigned major = 0, minor = 0, patch = 0;
  auto operator<=>(const KernelVersion&) const = default;
};

/// One `field:` line of a tracefs `format` file (kernel: Documentation/trace/events.rst, "Event formats").
struct TracepointField {
  std::string type; ///< C spelling without the array part: "int", "const char *", "__data_loc char[]"
  std::string name;
  uint32_t offset = 0; ///< in the tracepoint's record
  uint32_t size = 0;   ///< bytes
  bool is_signed = false;
  std::optional<uint32_t> array_length; ///< `char comm[16]` → 16; `__data_loc` fields have none
  bool is_data_loc = false; ///< a u32 at `offset`: low half offset in the record, high half length
  bool is_relative = false; ///< `__rel_loc`: is_data_loc, and the offset counts from behind the u32
};

/// A parameter of a function as BTF describes it.
struct BtfParameter {
  std::string name;
  uint32_t type_id = 0;
};

/// A function as BTF describes it.
struct BtfPrototype {
  uint32_t function_id = 0;             ///< what an fentry program is attached to
  std::vector<BtfParameter> parameters; ///< without a name: arg0, arg1 …
  uint32_t result_type_id = 0;          ///< 0: void
};

class Btf;
struct ProgramKind;

class Kernel {
public:
  /// The machine below `root`: "" is the running kernel, anything else a directory with the same files in it
  /// (sys/kernel/tracing/events, sys/kernel/btf/vmlinux, proc/sys/kernel/osrelease, …).
  static Result<Kernel> open(std::string root);
  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;
  ~Kernel();

  /// Whether it is the kernel that runs here, which can be asked for more than files.
  bool is_running() const;
  /// What stands before the path of every file of that machine: "" for the running kernel.
  const std::string& root() const;
  const std::string& release() const; ///< "6.18.44-…"
  KernelVersion version() const;
  /// One more than the highest CPU number that can ever come online.
  unsigned possible_cpus() const;

  /// Category names, sorted. On the live machine tracefs is mounted first where it is missing and we may.
  Result<std::vector<std::string>> tracepoint_categories() const;
  /// Names in a category, sorted; empty if there is no such category.
  Result<std::vector<std::string>> tracepoints(const std::string& category) const;
  /// All fields in the order of the file, the common ones included.
  Result<std::vector<TracepointField>> tracepoint_fields(const std::string& category,
                                                         const std::string& event) const;

  /// Whether the perf event source of that name is there: "kprobe", "uprobe" (sys/bus/event_source/devices).
  bool has_event_source(const std::string& name) const;
  /// All functions that probes can be put on, sorted by name.
  Result<std::vector<KernelFunction>> functions() const;
  /// What the list of functions that can be traced says of a name; nothing where it can't be read. Costly.
  Result<NamedFunctions> functions_named(const std::string& name) const;
  /// Whether a function of that name is known without reading all of them: BTF has it.
  bool surely_has_function(const std::string& name) const;
  /// Its id in the kernel's BTF, by which programs call it; nothing if there is none of that name.
  std::optional<uint32_t> function_id(const std::string& name) const;

  /// Whether a program of that kind may call the kernel's function (a kfunc). The running kernel is asked by
  /// a program that it has but to look at; without the rights to load one, and of a description,
  /// BPF_PROG_TYPE_TRACING is what may.
  bool allows_call(const std::string& function, const ProgramKind& program) const;

  /// Whether the kernel lets kprobes replace the result of a function; nothing where it does not tell
  /// (/sys/kernel/debug/error_injection/list).
  std::optional<bool> may_be_overridden(const std::string& function) const;

  /// Where a symbol of the kernel or its modules is: an error if there is none of that name, or the addresses
  /// are kept from us. Costly: reads all symbols.
  Result<uint64_t> symbol_address(const std::string& name) const;

  bool has_btf() const;
  /// BTF of the kernel itself; null if there is none.
  const Btf* btf() const;
  /// Names of the loaded modules that have BTF of their own, sorted.
  const std::vector<std::string>& btf_modules() const;
  /// That of a loaded module, which continues btf(); null if it can't be read.
  const Btf* module_btf(const std::string& module) const;
  /// Names of all raw tracepoints (the BTF typedefs `btf_trace_NAME`), sorted.
  Result<std::vector<std::string>> raw_tracepoints() const;
  /// BTF id of the typedef `btf_trace_NAME`: what a tp_btf program is attached to.
  std::optional<uint32_t> raw_tracepoint_btf_id(const std::string& name) const;
  /// Its arguments without the leading context pointer, with names where BTF has a function that names them
  /// (`__traceiter_NAME`, since 5.10), else arg0, arg1 ….
  Result<std::vector<BtfParameter>> raw_tracepoint_arguments(const std::string& name) const;
  /// Of a function of the kernel itself; nothing if BTF does not know it.
  std::optional<BtfPrototype> prototype(const std::string& function) const;
  /// Names of all functions that BTF knows, sorted.
  Result<std::vector<std::string>> btf_functions() const;
  /// Offset in bytes of a member, anonymous and nested ones by a dotted path: ("task_struct",
  /// "thread_info.status").
  std::optional<uint32_t> member_offset(const std::string& struct_name, const std::string& path) const;

  /// The id of a cgroup of version 2: by its directory, or by its path in the hierarchy.
  Result<uint64_t> cgroup_id(const std::string& path) const;

  /// Set when processes here live in a PID namespace of their own: device and inode of /proc/self/ns/pid.
  struct PidNamespace {
    uint64_t device, inode;
  };
  std::optional<PidNamespace> own_pid_namespace() const;

private:
  struct State;
  explicit Kernel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace trc
