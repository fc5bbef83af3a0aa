#include "kernel/bpf_programs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

namespace trc {
namespace {

/// Appends the functions of one program; a program without BTF has none to offer.
void read_functions_of(int fd, std::vector<BpfFunction>& functions) {
  bpf_prog_info info = {};
  uint32_t size = sizeof info;
  if (::bpf_obj_get_info_by_fd(fd, &info, &size) != 0 || info.btf_id == 0 || info.nr_func_info == 0) return;
  const uint32_t program = info.id, btf_id = info.btf_id, count = info.nr_func_info;
  std::vector<bpf_func_info> rows(count);
  info = {};
  info.nr_func_info = count;
  info.func_info_rec_size = sizeof(bpf_func_info);
  info.func_info = reinterpret_cast<uint64_t>(rows.data());
  size = sizeof info;
  if (::bpf_obj_get_info_by_fd(fd, &info, &size) != 0) return;
  const std::unique_ptr<btf, decltype(&::btf__free)> types(::btf__load_from_kernel_by_id(btf_id),
                                                           ::btf__free);
  if (!types) return;
  for (const bpf_func_info& row : rows) {
    const btf_type* function = ::btf__type_by_id(types.get(), row.type_id);
    const char* name = function ? ::btf__name_by_offset(types.get(), function->name_off) : nullptr;
    if (name) functions.push_back({program, name, row.type_id});
  }
}

} // namespace

Result<std::vector<BpfFunction>> loaded_bpf_functions() {
  std::vector<BpfFunction> functions;
  for (uint32_t id = 0;;) {
    if (::bpf_prog_get_next_id(id, &id) != 0) {
      if (errno == ENOENT) return functions;
      return errno_failure(errno, "can't list the BPF programs of the kernel",
                           errno == EPERM ? "run as root: CAP_SYS_ADMIN is needed for this" : "");
    }
    // It may have gone meanwhile.
    if (Fd fd(::bpf_prog_get_fd_by_id(id)); fd) read_functions_of(fd.get(), functions);
  }
}

bool ProgramKind::is_tracing() const { return type == BPF_PROG_TYPE_TRACING; }

/// The program can't be loaded, as it leaves out all that the function asks for. Whether it might be called
/// is the first thing that the verifier looks at, and complains of in words that have been the same since
/// Linux 5.13.
std::optional<bool> kernel_allows_call(uint32_t function_id, const ProgramKind& program) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_CALL,
       .dst_reg = 0,
       .src_reg = BPF_PSEUDO_KFUNC_CALL,
       .off = 0,
       .imm = static_cast<int32_t>(function_id)},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  static constexpr char kLicense[] = "GPL";
  char log[4096] = "";
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = program.type;
  attributes.expected_attach_type = program.attach_type;
  attributes.attach_btf_id = program.attach_btf_id;
  attributes.insns = reinterpret_cast<uint64_t>(code);
  attributes.insn_cnt = std::size(code);
  attributes.license = reinterpret_cast<uint64_t>(kLicense);
  attributes.log_buf = reinterpret_cast<uint64_t>(log);
  attributes.log_size = sizeof log;
  attributes.log_level = 1;
  const Fd loaded(static_cast<int>(::syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes)));
  if (loaded) return true;
  if (errno == EPERM || log[0] == '\0') return {};
  return std::strstr(log, "is not allowed") == nullptr;
}

} // namespace trc
