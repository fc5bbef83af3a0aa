// The table of attach functions, from the rows of providers.def. Apart from providers.cc, so that a build of
// the run time alone needs no compile half.
#include "probes/attach.h"

namespace trc::probes {

#define PROVIDER(id, names, syntax, summary)                                                                 \
  Result<Attached> attach_##id(const Attachment&, int program_fd, const AttachContext&);
#include "probes/providers.def"
#undef PROVIDER

namespace {

struct Row {
  std::string_view name;
  Attach attach;
};

constexpr Row kRows[] = {
#define PROVIDER(id, names, syntax, summary) {#id, attach_##id},
#include "probes/providers.def"
#undef PROVIDER
};

} // namespace

Attach find_attach(std::string_view provider) {
  for (const Row& row : kRows)
    if (row.name == provider) return row.attach;
  return nullptr;
}

} // namespace trc::probes
