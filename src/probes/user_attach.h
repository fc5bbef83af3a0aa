// Attaching programs to places in files: one link for all in a file (Linux 6.6 and later), or a perf event of
// the kernel's uprobe source for each.
#pragma once

#include <span>

#include "base/result.h"
#include "probes/attach.h"

namespace trc::probes {

/// `returns`: where functions return that begin there.
Result<Attached> attach_in_file(const Attachment& attachment, int program_fd, const AttachContext& context,
                                bool returns);
Result<Attached> attach_all_in_files(std::span<const Attachment> attachments, int program_fd,
                                     const AttachContext& context, bool returns);

} // namespace trc::probes
