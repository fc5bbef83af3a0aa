#include "lang/planned.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"

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

/// TASK_RUNNING, PF_KTHREAD: capitals with a `_`, as C has them.
static bool looks_like_macro(std::string_view name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return name.find('_', 1) != name.npos && name.find_first_not_of(kLetters) == name.npos;
}

std::string hint_for_unknown(std::string_view name, const std::vector<std::string>& known) {
  if (std::ranges::find(kPlanned, name) != std::end(kPlanned))
    return "trc does not have `" + std::string(name) + "` yet; trc-lang(7) lists what it has";
  if (is_stack_argument(name))
    return "arguments on the stack have no name any more: read them as `*(uint64 *)(reg(\"sp\") + 8)`";
  const auto near = nearest(name, known);
  // A typing mistake is rarely in the first letter: TASK_RUNNING is not the enumerator UTASK_RUNNING.
  if (looks_like_macro(name) && (!near || near->front() != name.front()))
    return "what C headers of the kernel `#define` is not in its BTF: write `#define " + std::string(name) +
           " …` into the script, or `#include` the header where it is installed";
  return did_you_mean(name, known);
}

} // namespace trc
