// The settings that a script asks for in its `config = { … }`.
#pragma once

#include "base/diagnostic.h"
#include "lang/settings.h"
#include "parser/ast.h"

namespace trc {

void read_config(const ast::Program& program, Settings& settings, Diagnostics& diagnostics);

} // namespace trc
