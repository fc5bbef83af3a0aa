#include "lang/planned.h"

#include <algorithm>

#include "base/diagnostic.h"

namespace trc {

static constexpr std::string_view kPlanned[] = {
#define PLANNED(name) name,
#include "lang/planned.def"
#undef PLANNED
};

/// `sarg0` and so on, which the family had until its version 0.24.
static bool is_stack_argument(std::string_view name) {
  constexpr std::string_view kPrefix = "sarg";
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == name.npos;
}

std::string hint_for_unknown(std::string_view name, const std::vector<std::string>& known) {
  if (std::ranges::find(kPlanned, name) != std::end(kPlanned))
    return "trc does not have `" + std::string(name) + "` yet; trc-lang(7) lists what it has";
  if (is_stack_argument(name))
    return "arguments on the stack have no name any more: read them as `*(uint64 *)(reg(\"sp\") + 8)`";
  return did_you_mean(name, known);
}

} // namespace trc
