// bpf(2) for creating maps and loading programs and BTF. Everything else goes through libbpf's <bpf/bpf.h>;
// these do not, because libbpf 1.1 loads small programs to probe the kernel before the first of them: 1 ms
// that nobody needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <linux/bpf.h>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace trc::runtime {

struct MapSpec {
  bpf_map_type type = BPF_MAP_TYPE_UNSPEC;
  std::string_view name;
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  uint32_t max_entries = 0;
  uint32_t flags = 0;
  int inner_map = -1; ///< maps of maps: a map like those that will stand in it
};

/// Invalid on failure; errno tells why.
Fd create_map(const MapSpec& spec);

struct ProgramSpec {
  bpf_prog_type type = BPF_PROG_TYPE_UNSPEC;
  uint32_t expected_attach_type = 0;
  uint32_t attach_btf_id = 0;
  int attach_btf = -1; ///< whose id that is: the BTF of a module; -1: the kernel itself
  uint32_t flags = 0;  ///< BPF_F_SLEEPABLE and the like
  std::string_view name;
  const char* license = "GPL"; ///< ended by NUL
  std::span<const bpf_insn> instructions;
  int btf = -1;
  std::span<const bpf_func_info> functions;
  std::span<const bpf_line_info> lines;
};

Fd load_btf(std::span<const std::byte> bytes);

/// The BTF of a loaded module; invalid if there is none, errno tells why.
Fd open_module_btf(const std::string& module);

/// Invalid on failure; errno tells why. With a log_level the verifier's words are left in `log`, ended by
/// NUL.
Fd load_program(const ProgramSpec& spec, uint32_t log_level = 0, std::span<char> log = {});

} // namespace trc::runtime
