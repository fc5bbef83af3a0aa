#include "driver/flame.h"

#include <algorithm>
#include <cstdio>

#include "driver/output_file.h"
#include "output/block_writer.h"

namespace trc {
namespace {

bool is_stack(const ValueLayout& layout) {
  return layout.presentation == Presentation::kernel_stack || layout.presentation == Presentation::user_stack;
}

/// The script, or as much of it as there is room for.
std::string title_of(const Options& options) {
  constexpr size_t kRoom = 110; // characters
  std::string title = options.program ? *options.program : options.file;
  std::ranges::replace(title, '\n', ' ');
  if (title.size() > kRoom) title = title.substr(0, kRoom - 2) + "..";
  return title;
}

bool has_stacks(const MapInfo& map) {
  return is_stack(map.key) ||
         (map.key.presentation == Presentation::none && std::ranges::any_of(map.key.elements, is_stack));
}

} // namespace

Result<void> check_stack_output(const Manifest& manifest, const Options& options) {
  if (options.flame_file.empty() && options.format != output::Format::folded) return {};
  if (std::ranges::any_of(manifest.maps, has_stacks)) return {};
  const std::string what = options.flame_file.empty() ? "-f folded" : "--flame";
  return failure(ErrorKind::refused,
                 "there is nothing for " + what + ": no map of the script has a stack in its key",
                 "for example `profile:hz:99 { @[ustack, comm] = count(); }`");
}

Result<void> write_flame(const output::FlameGraph& flame, Fd file, const Options& options) {
  const std::string title = title_of(options);
  const bool is_page = options.flame_file.ends_with(".html");
  if (int error = output::write_all(file.get(), is_page ? flame.html(title) : flame.svg(title)))
    return errno_failure(error, "can't write to `" + options.flame_file + "`");
  if (auto done = close_output(std::move(file)); !done) return done;
  if (!options.quiet)
    std::fprintf(stderr, "%s: %zu %s %llu\n", options.flame_file.c_str(), flame.stacks(),
                 flame.stacks() == 1 ? "stack that weighs" : "stacks that weigh",
                 static_cast<unsigned long long>(flame.weight()));
  return {};
}

} // namespace trc
