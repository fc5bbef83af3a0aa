// Periods in attach points: `hz:99`, `ms:10` or `10ms`.
#pragma once

#include <optional>
#include <string>

#include "probes/period.h"
#include "probes/provider.h"

namespace trc::probes {

struct Period {
  AttachSpec spec;
  std::string name; ///< full name of the probe
};

/// Reads the parts of an attach point of `provider`, reporting what is wrong with them.
std::optional<Period> parse_period(std::string_view provider, const AttachPointText& point,
                                   const ResolveContext& context);

} // namespace trc::probes
