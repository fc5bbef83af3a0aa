// C definitions of a script: `struct`, `union`, `enum`, `typedef` and preprocessor lines, with the headers
// that they include, read without a C compiler. A preprocessor makes one run of tokens of them, and a reader
// of C declarations makes types of that; function bodies, variables and prototypes are read over.
// docs/c-definitions.md says how, and why so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "lang/structure.h"

namespace trc {

struct CInput {
  std::vector<Span> texts;                ///< the script's own, in order, in `sources`
  std::vector<std::string> includes;      ///< --include: as if each stood first in an #include "…"
  std::vector<std::string> include_paths; ///< -I, searched before the system's
  std::string script_directory;           ///< where `#include "x.h"` looks first
  bool has_btf = false;                   ///< BPFTRACE_HAVE_BTF and TRC_HAVE_BTF are defined
  /// For types that are named but not defined here; may be null.
  std::shared_ptr<const TypeSource> kernel;
};

/// The types and macros that C text defines. `structure()`, `enumeration()`, `type()` and `constant()` know
/// only what the text itself defines, and what that names of the kernel's; `names()` of constants has macros
/// that stand for values, too.
class CDefinitions : public TypeSource {
public:
  /// What `#define NAME …` stands for, fully expanded, for macros without parameters; "" if it expands to
  /// nothing.
  virtual std::optional<std::string> macro(std::string_view name) const = 0;
  /// Whether it is a macro with parameters, which only C text can use.
  virtual bool is_function_macro(std::string_view name) const = 0;
};

/// Reports what can't be read at its place in the script. A kernel header that is not installed is skipped,
/// with a note, when there is BTF. Never null.
std::shared_ptr<const CDefinitions> read_c_definitions(const CInput& input, const Sources& sources,
                                                       Diagnostics& diagnostics);

} // namespace trc
