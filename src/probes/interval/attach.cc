// interval: nothing is attached, the session learns how often to run the program.
#include "probes/attach.h"
#include "probes/period.h"

namespace trc::probes {

Result<Attached> attach_interval(const Attachment& attachment, int, const AttachContext&) {
  return Attached{.descriptors = {}, .moment = Moment::periodic, .period = period_of(attachment.spec)};
}

} // namespace trc::probes
