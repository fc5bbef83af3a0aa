// Where the system's libraries are: the file that ldconfig(8) writes for the dynamic linker.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trc::symbols {

struct CachedLibrary {
  std::string name; ///< "libc.so.6"
  std::string path; ///< "/lib/x86_64-linux-gnu/libc.so.6"

  bool operator==(const CachedLibrary&) const = default;
};

/// The libraries for x86-64 in the text of /etc/ld.so.cache, in its order; none if it is no such file.
std::vector<CachedLibrary> parse_library_cache(std::string_view bytes);

/// Whether people mean a library by a word: `libc` and `libc.so` mean `libc.so.6`, as that itself does.
bool is_short_for(std::string_view word, std::string_view library);

} // namespace trc::symbols
