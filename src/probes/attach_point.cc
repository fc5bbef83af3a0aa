#include "probes/attach_point.h"

#include <algorithm>
#include <cstdint>

namespace trc::probes {

AttachPointText split_attach_point(const std::string& text, Span span) {
  AttachPointText point = {.whole = text, .span = span, .provider = {}, .parts = {}};
  bool quoted = false;
  Part part = {.text = {}, .span = {span.begin, span.begin}};
  // The text is a slice of the source, so that offsets in it are offsets there. Where it is not (a parameter
  // was filled in) the spans must at least stay inside of what was written.
  auto place = [&](size_t index) {
    return std::min<uint32_t>(span.begin + static_cast<uint32_t>(index), span.end);
  };
  auto finish = [&](size_t end, bool first) {
    part.span.end = place(end);
    if (first)
      point.provider = std::move(part);
    else
      point.parts.push_back(std::move(part));
    part = {.text = {}, .span = {place(end + 1), place(end + 1)}};
  };
  bool first = true;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ':' && !quoted) {
      finish(i, first);
      first = false;
    } else {
      part.text += text[i];
    }
  }
  finish(text.size(), first);
  return point;
}

} // namespace trc::probes
