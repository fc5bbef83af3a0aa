// uprobe, uretprobe: what all places in files have in common is in user_attach.cc.
#include "probes/user_attach.h"

namespace trc::probes {

Result<Attached> attach_uprobe(const Attachment& attachment, int program_fd, const AttachContext& context) {
  return attach_in_file(attachment, program_fd, context, false);
}

Result<Attached> attach_uretprobe(const Attachment& attachment, int program_fd,
                                  const AttachContext& context) {
  return attach_in_file(attachment, program_fd, context, true);
}

Result<Attached> attach_all_uprobe(std::span<const Attachment> attachments, int program_fd,
                                   const AttachContext& context) {
  return attach_all_in_files(attachments, program_fd, context, false);
}

Result<Attached> attach_all_uretprobe(std::span<const Attachment> attachments, int program_fd,
                                      const AttachContext& context) {
  return attach_all_in_files(attachments, program_fd, context, true);
}

} // namespace trc::probes
