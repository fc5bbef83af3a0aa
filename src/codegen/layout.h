// Where everything lies in memory: map keys and values, the data map's slots, event records. Fills the
// manifest's plain-data half from the typed program.
#pragma once

#include "codegen/generate.h"
#include "program/manifest.h"
#include "semantic/typed_program.h"

namespace trc {

/// `types` tells what structs and enumerations are made of.
ValueLayout layout_of(const TypeSource* types, const Type& type, uint32_t offset = 0);

/// Strings up to this size lie in an event's fixed part; longer ones are packed behind it at their true
/// length.
inline constexpr uint32_t kInlineString = 32;

/// Maps, events and actions of the program; maps the compiler needs itself (rings) come after the script's.
/// Programs and losses are still missing.
Manifest lay_out(const typed::Program& program, const CodegenOptions& options);

/// Offset in the data map of a loss counter: they lie at its end, as they are made while code is generated.
uint32_t loss_offset(const Manifest& manifest, size_t index);
/// Sets the size of the data map, once all losses are known.
void finish_layout(Manifest& manifest, unsigned cpus);

} // namespace trc
