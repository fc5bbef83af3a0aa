// usdt, as `trc -l` lists it: the static probes of the files that a pattern names.
#include <map>

#include "base/text.h"
#include "probes/listing.h"
#include "probes/usdt/arguments.h"
#include "probes/user_target.h"
#include "symbols/usdt_notes.h"

namespace trc::probes {

Result<void> list_usdt(const ListRequest& request) {
  const auto files = listed_files(request);
  if (!files) return std::unexpected(files.error());
  for (const std::string& path : files->paths) {
    auto file = open_target(path, request.kernel);
    if (!file && files->paths.size() == 1) return std::unexpected(file.error());
    if (!file) continue;
    // One line for all places of a probe.
    std::map<std::string, symbols::UsdtNote> probes;
    for (symbols::UsdtNote& note : symbols::read_usdt_notes(file->elf)) {
      const std::string name = note.provider + ":" + note.name;
      if (glob_match(files->rest, name) || glob_match(files->rest, note.name))
        probes.emplace(name, std::move(note));
    }
    for (const auto& [name, note] : probes) {
      ListedProbe listed = {.name = "usdt:" + path + ":" + name, .arguments = {}};
      if (request.with_arguments) {
        const auto arguments = read_usdt_arguments(note.arguments, [](std::string_view) { return 0; });
        for (size_t i = 0; i < arguments.size(); ++i)
          listed.arguments.push_back(c_type_of(arguments[i]) + " arg" + std::to_string(i));
        if (note.semaphore != 0) listed.arguments.emplace_back("semaphore");
      }
      request.add(std::move(listed));
    }
  }
  return {};
}

} // namespace trc::probes
