#include "symbols/zip_member.h"

#include <algorithm>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace trc::symbols {
namespace {

// APPNOTE.TXT, "Overall .ZIP file format": three kinds of records, little-endian, without padding.
constexpr uint32_t kEnd = 0x06054b50, kEntry = 0x02014b50, kLocal = 0x04034b50;
constexpr size_t kEndSize = 22, kEntrySize = 46, kLocalSize = 30, kMostComment = 65535;
constexpr uint16_t kStored = 0;

uint16_t half(const std::string& bytes, size_t at) {
  uint16_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

uint32_t word(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Exactly `size` bytes; "" if there are fewer.
std::string bytes_at(int fd, uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::pread(fd, bytes.data(), size, static_cast<off_t>(offset));
  return got == static_cast<ssize_t>(size) ? bytes : std::string();
}

std::unexpected<Error> no_archive() {
  return failure(ErrorKind::invalid, "it is no zip archive that trc can read");
}

/// The list of all members, which stands at the end.
Result<std::string> directory_of(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || status.st_size < static_cast<off_t>(kEndSize)) return no_archive();
  const auto file_size = static_cast<uint64_t>(status.st_size);
  const size_t tail_size = std::min<uint64_t>(file_size, kEndSize + kMostComment);
  const std::string tail = bytes_at(fd, file_size - tail_size, tail_size);
  if (tail.empty()) return no_archive();
  for (size_t at = tail.size() - kEndSize + 1; at-- > 0;) {
    if (word(tail, at) != kEnd) continue;
    const uint32_t size = word(tail, at + 12), offset = word(tail, at + 16);
    if (uint64_t{offset} + size > file_size) return no_archive();
    return bytes_at(fd, offset, size);
  }
  return no_archive();
}

} // namespace

Result<ZipMember> find_zip_member(int fd, const std::string& name) {
  const auto directory = directory_of(fd);
  if (!directory) return std::unexpected(directory.error());
  for (size_t at = 0; at + kEntrySize <= directory->size() && word(*directory, at) == kEntry;) {
    const uint16_t method = half(*directory, at + 10), name_size = half(*directory, at + 28);
    const bool is_it = directory->compare(at + kEntrySize, name_size, name) == 0;
    if (is_it && method != kStored)
      return failure(ErrorKind::invalid,
                     "`" + name + "` is compressed in it, so that nobody can run it there");
    if (is_it) {
      const uint32_t local = word(*directory, at + 42);
      const std::string header = bytes_at(fd, local, kLocalSize);
      if (header.empty() || word(header, 0) != kLocal) return no_archive();
      return ZipMember{.offset = uint64_t{local} + kLocalSize + half(header, 26) + half(header, 28),
                       .size = word(*directory, at + 24)};
    }
    at += kEntrySize + name_size + half(*directory, at + 30) + half(*directory, at + 32);
  }
  return failure(ErrorKind::not_found, "it has no member `" + name + "`");
}

} // namespace trc::symbols
