// The layout of JSON that people read too: what fits on a line stands on one. What is in it, the caller
// decides.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace trc {

/// `json` over as many lines as it needs, ending with a line feed. All strings must be valid UTF-8.
std::string pretty_json(const nlohmann::ordered_json& json);

} // namespace trc
