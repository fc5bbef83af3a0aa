// Creates the maps of a compiled script and loads its programs. A loader for our own objects only: it needs
// no vmlinux BTF and probes no kernel features, which makes it some milliseconds faster than
// bpf_object__load().
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "program/manifest.h"
#include "runtime/maps.h"

namespace trc::runtime {

struct LoadedObject {
  LoadedMaps maps;
  std::vector<Fd> programs; ///< as Manifest::programs
  /// By program: why the kernel lets none onto its function. Such a program is not loaded.
  std::map<size_t, Error> refused_targets;
  bool is_complete = true; ///< false: `goes_on` said no before all were loaded
};

/// Everything of the script in the kernel, nothing attached yet. A refusal by the verifier comes back as an
/// error that points into the script.
/// Asks `goes_on` before each program, with the number of those that are loaded.
Result<LoadedObject> load(const CompiledProgram& program, const std::function<bool(size_t loaded)>& goes_on);

} // namespace trc::runtime
