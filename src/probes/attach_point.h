// The text of an attach point, cut at its colons: what every provider's resolve function starts from.
#pragma once

#include <string>
#include <vector>

#include "base/source.h"

namespace trc::probes {

struct Part {
  std::string text; ///< quotes removed
  Span span;
};

struct AttachPointText {
  std::string whole; ///< as written
  Span span;
  Part provider;           ///< the text before the first colon
  std::vector<Part> parts; ///< those behind it
};

/// Cuts at every `:` outside of quotes. `span` is where the text stands in the source.
AttachPointText split_attach_point(const std::string& text, Span span);

} // namespace trc::probes
