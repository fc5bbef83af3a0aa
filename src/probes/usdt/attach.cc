// usdt: a probe on the instruction that marks it. The kernel raises the semaphore in every process that has
// the file mapped, now or later.
#include "probes/user_attach.h"

namespace trc::probes {

Result<Attached> attach_usdt(const Attachment& attachment, int program_fd, const AttachContext& context) {
  return attach_in_file(attachment, program_fd, context, false);
}

Result<Attached> attach_all_usdt(std::span<const Attachment> attachments, int program_fd,
                                 const AttachContext& context) {
  return attach_all_in_files(attachments, program_fd, context, false);
}

} // namespace trc::probes
