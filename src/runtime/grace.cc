// See grace.h.
#include "runtime/grace.h"

#include <bpf/bpf.h>
#include <cerrno>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/bpf_call.h"

namespace trc::runtime {

// Programs run inside an RCU read-side section, so the end of a grace period is what we wait for. There is no
// system call for just that; two contain it.
Result<void> Grace::wait_for_programs() {
  if (!needed_) return {};
  // membarrier(2): the global command is synchronize_rcu() and little else. It is missing with nohz_full=.
  if (has_membarrier_ && ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) return {};
  has_membarrier_ = false;
  return wait_by_map();
}

// Changing an element of a map of maps waits for the programs that may still use the old one
// (maybe_wait_bpf_programs() in kernel/bpf/syscall.c, since Linux 4.20).
Result<void> Grace::wait_by_map() {
  if (!outer_) {
    MapSpec spec{
        .type = BPF_MAP_TYPE_ARRAY, .name = "trc.grace", .key_size = 4, .value_size = 4, .max_entries = 1};
    inner_ = create_map(spec);
    spec.type = BPF_MAP_TYPE_ARRAY_OF_MAPS;
    spec.inner_map = inner_.get();
    if (inner_) outer_ = create_map(spec);
    if (!outer_) return errno_failure(errno, "cannot create a map to wait for running programs with");
  }
  uint32_t key = 0;
  int inner = inner_.get();
  if (bpf_map_update_elem(outer_.get(), &key, &inner, BPF_ANY) != 0)
    return errno_failure(errno, "cannot wait for running programs");
  return {};
}

} // namespace trc::runtime
