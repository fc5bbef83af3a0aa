#include "lang/planned.h"

#include <algorithm>

#include "base/diagnostic.h"

namespace trc {

static constexpr std::string_view kPlanned[] = {
#define PLANNED(name) name,
#include "lang/planned.def"
#undef PLANNED
};

std::string hint_for_unknown(std::string_view name, const std::vector<std::string>& known) {
  if (std::ranges::find(kPlanned, name) != std::end(kPlanned))
    return "trc does not have `" + std::string(name) + "` yet; trc-lang(7) lists what it has";
  return did_you_mean(name, known);
}

} // namespace trc
