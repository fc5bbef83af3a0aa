// iter: a link, and from it a file; reading that runs the program.
#include <bpf/bpf.h>
#include <cerrno>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/attach.h"

namespace trc::probes {
namespace {

Fd link_iterator(int program_fd, const std::string& name, const AttachContext& context) {
  bpf_attr attributes = {};
  bpf_iter_link_info info = {};
  attributes.link_create.prog_fd = static_cast<uint32_t>(program_fd);
  attributes.link_create.attach_type = BPF_TRACE_ITER;
  // Tasks, and what they have, can be those of one process (Linux 6.1 and later).
  if (context.pid && name.starts_with("task")) {
    info.task.pid = static_cast<uint32_t>(*context.pid);
    attributes.link_create.iter_info = reinterpret_cast<uint64_t>(&info);
    attributes.link_create.iter_info_len = sizeof info;
  }
  return Fd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes)));
}

std::unexpected<Error> iterator_failure(int number, const std::string& what) {
  std::string hint;
  if (number == EPERM) hint = "run as root, or with the capabilities CAP_BPF and CAP_PERFMON";
  if (number == EINVAL || number == EBADF)
    hint = "some iterators go over one map or cgroup that is named to them: those can't be read here";
  return errno_failure(number, "can't attach " + what, std::move(hint));
}

/// The place for pins is a file system of its own, which is mounted nearly everywhere; where it is not, we do
/// it, as bpftool does.
Result<void> mount_bpf_files(const std::string& file) {
  constexpr const char* kDirectory = "/sys/fs/bpf";
  struct statfs information = {};
  if (!file.starts_with(kDirectory) || ::statfs(kDirectory, &information) != 0) return {};
  if (information.f_type == BPF_FS_MAGIC) return {};
  if (::mount("bpf", kDirectory, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0) return {};
  return errno_failure(errno, "there is no BPF file system at /sys/fs/bpf, and mounting one failed",
                       "`mount -t bpf bpf /sys/fs/bpf`");
}

} // namespace

Result<Attached> attach_iter(const Attachment& attachment, int program_fd, const AttachContext& context) {
  // "NAME" or "NAME:FILE"
  const std::string& target = attachment.spec.target;
  const size_t colon = target.find(':');
  const std::string name = target.substr(0, colon);
  const std::string what = "iter:" + name;
  if (colon != target.npos)
    if (auto done = mount_bpf_files(target.substr(colon + 1)); !done) return std::unexpected(done.error());
  Fd link = link_iterator(program_fd, name, context);
  if (!link) return iterator_failure(errno, what);
  if (colon != target.npos) {
    Attached pinned = {.descriptors = {}, .moment = Moment::later, .pin = target.substr(colon + 1)};
    pinned.descriptors.push_back(std::move(link));
    return pinned;
  }
  Fd file(::bpf_iter_create(link.get()));
  if (!file) return iterator_failure(errno, what);
  Attached attached = {.descriptors = {}, .moment = Moment::read, .iterator = file.get()};
  attached.descriptors.push_back(std::move(link));
  attached.descriptors.push_back(std::move(file));
  return attached;
}

} // namespace trc::probes
