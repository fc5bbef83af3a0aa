#include "runtime/attach_plan.h"

#include <map>
#include <string>

namespace trc::runtime {

using namespace std::chrono_literals;

constexpr size_t kMany = 200;
// What takes no longer is not worth a line on the terminal.
constexpr auto kBetweenLines = 200ms;

AttachPlan::AttachPlan(const Manifest& manifest, const Signals& signals, output::Printer& printer,
                       bool shows_progress)
    : manifest_(manifest), signals_(signals), printer_(printer), shows_progress_(shows_progress),
      programs_(manifest.programs.size()) {
  for (const ProgramInfo& program : manifest.programs)
    places_ += program.attachments.size();
}

void AttachPlan::announce() const {
  if (places_ <= kMany) return;
  size_t together = 0;
  std::map<std::string, size_t> kinds;
  for (const ProgramInfo& program : manifest_.programs) {
    for (const Attachment& attachment : program.attachments)
      ++kinds[attachment.spec.provider];
    if (attaches_together(program.type)) together += program.attachments.size();
  }
  std::string text;
  for (const auto& [kind, count] : kinds)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
  text = "attaching to " + std::to_string(places_) + " places (" + text + ")";
  if (together == places_)
    text += ", all of a kind at once";
  else
    text += ", which takes the kernel a while: Ctrl-C stops it";
  printer_.warning(text);
}

bool AttachPlan::goes_on(const char* doing, size_t done, size_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (shows_progress_ && now - shown_ >= kBetweenLines) {
    shown_ = now;
    printer_.progress({.doing = doing, .done = done, .of = all});
  }
  return !signals_.seen();
}

} // namespace trc::runtime
