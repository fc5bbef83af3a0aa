// A provider is a kind of probe. Its compile half, resolve(), turns an attach point into what it matches on a
// kernel; its run half (attach.h) attaches a loaded program. Rows in providers.def tie names to the
// functions; nothing outside a provider's folder knows what kind it is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "kernel/kernel.h"
#include "lang/structure.h"
#include "lang/type.h"
#include "probes/attach_point.h"
#include "probes/listing.h"
#include "program/manifest.h"

namespace trc::dwarf {
class Programs;
}

namespace trc::probes {

enum class AccessKind : uint8_t {
  value,           ///< `size` bytes, an integer or pointer
  inline_string,   ///< a char array of `size` bytes in the context itself
  data_loc_string, ///< the u32 at `offset`: low 16 bits offset in the context, high 16 bits length
  /// `size` bytes in the context itself: an array, a structure by value, or a value that the verifier lets no
  /// program load, so that a helper has to read it.
  bytes,
  data_loc_buffer,  ///< found as data_loc_string is; any bytes, as many as the length says: a buffer
  data_loc_address, ///< where that lies: a pointer to elements of more than a byte
  /// The argument with number `offset` of the function that an fentry program is attached to, as the bare
  /// word in its register: the verifier sees a number where its type is a pointer.
  argument_word,
};

/// How a program reads something from its context.
struct ContextAccess {
  AccessKind kind = AccessKind::value;
  uint32_t offset = 0; ///< in the context
  uint32_t size = 0;   ///< bytes to load in the end
  /// If set: at `offset` stands a trusted kernel pointer; the `size` bytes are at this offset behind it.
  std::optional<uint32_t> through;
  /// data_loc_*: the low half counts from the first byte behind the u32 (`__rel_loc`), not from the start of
  /// the context.
  bool is_relative = false;
  /// The value is a pointer that the verifier knows as one to a kernel structure
  /// (typed::Dereference::is_trusted). It may be null; the verifier wants that tested on some kernels (6.13
  /// and later: PTR_MAYBE_NULL).
  bool is_trusted = false;

  bool operator==(const ContextAccess&) const = default;
};

/// A field of `args`. An integer's type may be narrower than what is loaded; it is cut to the type then.
struct Argument {
  std::string name;
  Type type; ///< none: it is there, but can't be read
  ContextAccess access;
  std::string unreadable = {}; ///< why, if it can't be: "it is wider than 64 bits"
  /// If set: the access gives an address in the process; the value lies so many bytes behind it.
  std::optional<uint32_t> behind = {};

  bool operator==(const Argument&) const = default;
};

/// An argument that the traced program says the place of: a constant, a register, or memory of the process at
/// displacement + base + scale * index.
struct LocatedArgument {
  enum class Kind : uint8_t { constant, in_register, in_memory };
  Kind kind = Kind::constant;
  uint8_t size = 8; ///< bytes
  bool is_signed = false;
  uint64_t number = 0;                      ///< the constant; the displacement, sign-extended
  std::optional<ContextAccess> base, index; ///< registers; `base` is the one of in_register
  uint8_t scale = 1;
  std::string text;            ///< as the program has it: "-4@%eax"
  std::string unreadable = {}; ///< why it can't be read, if so

  bool operator==(const LocatedArgument&) const = default;
};

/// Offsets in struct task_struct of what programs for system calls look at in the current task.
struct TaskFields {
  uint32_t status = 0; ///< thread_info.status, which tells calls of 32-bit programs
  /// pid and tgid as the initial PID namespace counts them, and comm with zeroes behind its NUL; none where
  /// that is not known.
  std::optional<uint32_t> thread, process, comm;

  bool operator==(const TaskFields&) const = default;
};

/// A condition on the context that lets one attachment serve many probes: the program of a system call
/// tracepoint sees every call and picks its own by number.
struct Selector {
  ContextAccess access;
  uint64_t value = 0;
  /// If known, calls of 32-bit programs are left out, as the kernel's own system call tracepoints do.
  std::optional<TaskFields> task;
};

/// When a program runs that no kernel event triggers.
enum class RunBy : uint8_t {
  kernel,       ///< attached to an event of the kernel
  session,      ///< by the session while tracing (interval)
  session_edge, ///< by the session before or after tracing (begin, end): not subject to RunState
};

/// What `ctx` points to.
struct ProgramContext {
  std::string structure; ///< "struct pt_regs", as BTF knows it
  /// False: the verifier rewrites each load, and what lies there is another structure. Then only single
  /// fields can be read.
  bool is_in_memory = true;

  bool operator==(const ProgramContext&) const = default;
};

/// How a program learns the address of the function that it is attached to (`func`).
enum class FunctionAddress : uint8_t {
  none,                ///< there is no such function
  named,               ///< Match::function_name is known instead
  instruction_pointer, ///< of its registers
  helper,              ///< bpf_get_func_ip
};

/// One probe that an attach point matched.
struct Match {
  std::string name;       ///< full name, as `probe` gives it and `-l` lists it
  std::string given_name; ///< what the script calls it (`name=kprobe:…`), which `probe` gives then
  ProgramType type = ProgramType::raw_tracepoint;
  uint32_t attach_btf_id = 0;
  std::string attach_module; ///< ProgramInfo::attach_module
  AttachSpec attach;
  RunBy run_by = RunBy::kernel;
  Purpose purpose = Purpose::tracing;
  std::optional<Selector> selector;
  bool has_cookie = false;         ///< the link type hands the program Attachment::cookie
  bool filters_pid_itself = false; ///< the attachment is restricted to -p's process (or not subject to it)
  AddressSpace pointers = AddressSpace::none; ///< where an integer used as an address points
  uint64_t return_value = 0;                  ///< of the program
  FunctionAddress function = FunctionAddress::none;
  std::optional<uint64_t> file_address;  ///< of the probe, as its file itself counts: for uaddr()
  std::string function_name;             ///< FunctionAddress::named: as its file has it, not demangled
  std::vector<ContextAccess> positional; ///< `arg0`, `arg1` …: words of 64 bits; empty where there are none
  /// `arg0`, `arg1` … where they lie anywhere: in place of `positional`.
  std::vector<LocatedArgument> located;
  std::optional<Argument> result;        ///< `retval`; of type none: there is none to read, and why
  std::optional<ProgramContext> context; ///< `ctx`
  /// Fills in `positional` and `result` where that is costly: called only for scripts that use them.
  std::function<void(Match&)> read_results;
  /// The same function by its trampoline, for a body that needs of the registers no more than the arguments
  /// with these numbers; nothing where that would not show the same. Costly: called only where the script
  /// wants it.
  std::function<std::optional<Match>(const std::set<size_t>& arguments)> on_trampoline;
  /// A pointer in the context of an iterator; the body runs where it is not null.
  std::optional<ContextAccess> object;
  /// The program goes on without trc, and prints by itself (`iter:task:PIN`): nobody reads what it sends.
  bool is_pinned = false;
  /// Reads the fields of `args`; empty where there are none. Costly: called only for scripts that use `args`.
  std::function<Result<std::vector<Argument>>()> arguments;
};

struct ResolveContext {
  const Kernel& kernel;
  Diagnostics& diagnostics;
  /// For what arguments are made of; never null.
  std::shared_ptr<const TypeSource> types;
  bool unsafe = false; ///< --unsafe
  /// The debug information of programs; null: none is looked for.
  std::shared_ptr<dwarf::Programs> programs = nullptr;
  std::optional<pid_t> pid = std::nullopt; ///< of -p
  std::string command = {};                ///< the program of -c, as a path; "" without
};

/// Appends what the attach point matches, in name order; reports a diagnostic when that is nothing.
using Resolve = void (*)(const AttachPointText& point, const ResolveContext& context,
                         std::vector<Match>& matches);

struct Provider {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view syntax;  ///< for messages and the man page: "tracepoint:CATEGORY:EVENT"
  std::string_view summary; ///< one line for the man page
  Resolve resolve;
  List list;
};

const std::vector<Provider>& providers();
/// By name (any case) or alias (exact case); null if there is none.
const Provider* find_provider(std::string_view name);
/// Resolves one attach point with its provider, reporting an unknown one.
void resolve(const AttachPointText& point, const ResolveContext& context, std::vector<Match>& matches);

} // namespace trc::probes
