// uprobe and uretprobe, as `trc -l` lists them: the functions of the files that a pattern names.
#include <set>

#include "base/text.h"
#include "probes/listing.h"
#include "probes/uprobe/names.h"
#include "probes/user_target.h"
#include "symbols/elf_functions.h"
#include "symbols/elf_symbols.h"

namespace trc::probes {
namespace {

Result<void> list_functions(const ListRequest& request, const std::string& provider) {
  const auto files = listed_files(request);
  if (!files) return std::unexpected(files.error());
  std::string wanted = files->rest;
  constexpr std::string_view kDemangled = "cpp:";
  const bool is_demangled = wanted.starts_with(kDemangled);
  if (is_demangled) wanted.erase(0, kDemangled.size());
  const NamePattern pattern(wanted);
  auto fits = [&](std::string_view name) {
    return is_demangled ? pattern.fits(name) : glob_match(wanted, name);
  };
  for (const std::string& path : files->paths) {
    auto file = open_target(path, request.kernel);
    if (!file && files->paths.size() == 1) return std::unexpected(file.error());
    if (!file) continue;
    std::set<std::string> names; // in their order, each once
    for (const symbols::ElfFunction& one : symbols::find_functions(file->elf, fits))
      if (one.is_typed) names.insert(is_demangled ? "cpp:\"" + symbols::demangle(one.name) + "\"" : one.name);
    for (const std::string& name : names)
      request.add({.name = provider + ":" + path + ":" + name, .arguments = {}});
  }
  return {};
}

} // namespace

Result<void> list_uprobe(const ListRequest& request) { return list_functions(request, "uprobe"); }
Result<void> list_uretprobe(const ListRequest& request) { return list_functions(request, "uretprobe"); }

} // namespace trc::probes
