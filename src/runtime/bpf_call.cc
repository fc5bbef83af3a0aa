// See bpf_call.h.
#include "runtime/bpf_call.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

namespace trc::runtime {
namespace {

// The kernel takes a larger structure than it knows as long as what it does not know is zero.
int bpf(bpf_cmd command, bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

uint64_t address(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

/// Kernel names hold letters, digits, `_` and `.` only, 15 at most.
void copy_name(char (&to)[BPF_OBJ_NAME_LEN], std::string_view name) {
  size_t length = std::min<size_t>(name.size(), BPF_OBJ_NAME_LEN - 1);
  std::transform(name.begin(), name.begin() + length, to,
                 [](unsigned char c) { return std::isalnum(c) || c == '.' ? static_cast<char>(c) : '_'; });
}

} // namespace

Fd create_map(const MapSpec& spec) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.map_type = spec.type;
  attributes.key_size = spec.key_size;
  attributes.value_size = spec.value_size;
  attributes.max_entries = spec.max_entries;
  attributes.map_flags = spec.flags;
  if (spec.inner_map >= 0) attributes.inner_map_fd = static_cast<uint32_t>(spec.inner_map);
  copy_name(attributes.map_name, spec.name);
  return Fd(bpf(BPF_MAP_CREATE, attributes));
}

Fd load_btf(std::span<const std::byte> bytes) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.btf = address(bytes.data());
  attributes.btf_size = static_cast<uint32_t>(bytes.size());
  return Fd(bpf(BPF_BTF_LOAD, attributes));
}

Fd open_module_btf(const std::string& module) {
  bpf_attr attributes;
  for (uint32_t id = 0;;) {
    std::memset(&attributes, 0, sizeof attributes);
    attributes.start_id = id;
    if (bpf(BPF_BTF_GET_NEXT_ID, attributes) != 0) return Fd();
    id = attributes.next_id;
    std::memset(&attributes, 0, sizeof attributes);
    attributes.btf_id = id;
    Fd btf(bpf(BPF_BTF_GET_FD_BY_ID, attributes));
    if (!btf) continue; // it has gone meanwhile
    bpf_btf_info info = {};
    char name[64] = "";
    info.name = address(name);
    info.name_len = sizeof name;
    std::memset(&attributes, 0, sizeof attributes);
    attributes.info.bpf_fd = static_cast<uint32_t>(btf.get());
    attributes.info.info = address(&info);
    attributes.info.info_len = sizeof info;
    if (bpf(BPF_OBJ_GET_INFO_BY_FD, attributes) == 0 && info.kernel_btf && module == name) return btf;
  }
}

Fd load_program(const ProgramSpec& spec, uint32_t log_level, std::span<char> log) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = spec.type;
  attributes.expected_attach_type = spec.expected_attach_type;
  attributes.attach_btf_id = spec.attach_btf_id;
  if (spec.attach_btf >= 0) attributes.attach_btf_obj_fd = static_cast<uint32_t>(spec.attach_btf);
  attributes.prog_flags = spec.flags;
  attributes.insns = address(spec.instructions.data());
  attributes.insn_cnt = static_cast<uint32_t>(spec.instructions.size());
  attributes.license = address(spec.license);
  copy_name(attributes.prog_name, spec.name);
  if (spec.btf >= 0) {
    attributes.prog_btf_fd = static_cast<uint32_t>(spec.btf);
    attributes.func_info = address(spec.functions.data());
    attributes.func_info_cnt = static_cast<uint32_t>(spec.functions.size());
    attributes.func_info_rec_size = sizeof(bpf_func_info);
    attributes.line_info = address(spec.lines.data());
    attributes.line_info_cnt = static_cast<uint32_t>(spec.lines.size());
    attributes.line_info_rec_size = sizeof(bpf_line_info);
  }
  if (log_level != 0) {
    attributes.log_level = log_level;
    attributes.log_buf = address(log.data());
    attributes.log_size = static_cast<uint32_t>(log.size());
  }
  // The verifier gives up with EAGAIN when a signal is pending; libbpf tries 5 times as well.
  int fd = -1;
  for (int attempt = 0; attempt < 5 && fd < 0; ++attempt) {
    fd = bpf(BPF_PROG_LOAD, attributes);
    if (fd < 0 && errno != EAGAIN) break;
  }
  return Fd(fd);
}

} // namespace trc::runtime
