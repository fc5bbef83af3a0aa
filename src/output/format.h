// printf in a script: prints decoded values by a parsed format, by C's rules (language.md, chapter 0).
#pragma once

#include <span>
#include <string>

#include "output/value.h"
#include "program/format_spec.h"

namespace trc::output {

/// Appends to `out`. Values beyond what the format takes are ignored; missing ones print as no value.
void render(std::string& out, std::span<const FormatPiece> pieces, std::span<const Value> values);

} // namespace trc::output
