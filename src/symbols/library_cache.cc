#include "symbols/library_cache.h"

#include <cstdint>
#include <cstring>

namespace trc::symbols {
namespace {

// glibc, sysdeps/generic/dl-cache.h: struct cache_file_new and file_entry_new. Old files have another table
// before it, which nobody reads any more.
constexpr std::string_view kMagic = "glibc-ld.so.cache1.1";
struct Header {
  char magic[20];
  uint32_t libraries;
  uint32_t strings_size;
  uint32_t unused[5];
};
struct Entry {
  int32_t flags;
  uint32_t name, path; ///< where in the file they begin
  uint32_t os_version;
  uint64_t capabilities;
};
// FLAG_ELF_LIBC6 | FLAG_X8664_LIB64
constexpr int32_t kNative = 0x0303;

std::string text_at(std::string_view bytes, uint32_t at) {
  if (at >= bytes.size()) return {};
  const std::string_view rest = bytes.substr(at);
  return std::string(rest.substr(0, rest.find('\0')));
}

} // namespace

std::vector<CachedLibrary> parse_library_cache(std::string_view bytes) {
  std::vector<CachedLibrary> libraries;
  const size_t start = bytes.find(kMagic);
  if (start == bytes.npos) return libraries;
  bytes.remove_prefix(start);
  Header header;
  if (bytes.size() < sizeof header) return libraries;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (uint32_t i = 0; i < header.libraries; ++i) {
    const size_t at = sizeof header + size_t{i} * sizeof(Entry);
    Entry entry;
    if (at + sizeof entry > bytes.size()) break;
    std::memcpy(&entry, bytes.data() + at, sizeof entry);
    if (entry.flags != kNative) continue;
    CachedLibrary library = {text_at(bytes, entry.name), text_at(bytes, entry.path)};
    if (!library.name.empty() && !library.path.empty()) libraries.push_back(std::move(library));
  }
  return libraries;
}

bool is_short_for(std::string_view word, std::string_view library) {
  if (word == library) return true;
  if (!library.starts_with(word)) return false;
  const std::string_view rest = library.substr(word.size());
  return rest.starts_with(".so") || (word.ends_with(".so") && rest.starts_with("."));
}

} // namespace trc::symbols
