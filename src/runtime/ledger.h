// What was lost on the way, from the counters that the programs keep in the data map.
#pragma once

#include "output/printer.h"
#include "program/manifest.h"
#include "runtime/maps.h"

namespace trc::runtime {

/// Tells the printer of every counter that is not zero.
void report_losses(const Manifest& manifest, const LoadedMaps& maps, output::Printer& printer);

} // namespace trc::runtime
