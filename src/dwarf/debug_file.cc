#include "dwarf/debug_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <utility>

namespace trc::dwarf {
namespace {

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

std::string hex(const void* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<const unsigned char*>(bytes)[i];
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

Dwarf* read_dwarf(int fd) { return dwarf_begin(fd, DWARF_C_READ); }

bool has_units(Dwarf* dwarf) {
  Dwarf_CU* unit = nullptr;
  return dwarf_get_units(dwarf, nullptr, &unit, nullptr, nullptr, nullptr, nullptr) == 0;
}

} // namespace

DebugFile::~DebugFile() {
  if (dwarf_ != nullptr) dwarf_end(dwarf_);
  if (common_ != nullptr) dwarf_end(common_);
}

void DebugFile::swap(DebugFile& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(common_fd_, other.common_fd_);
  std::swap(dwarf_, other.dwarf_);
  std::swap(common_, other.common_);
}

DebugFile DebugFile::open_one(const std::string& path) {
  DebugFile file;
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return file;
  Dwarf* dwarf = read_dwarf(fd.get());
  if (dwarf == nullptr) return file;
  file.path_ = path;
  file.fd_ = std::move(fd);
  file.dwarf_ = dwarf;
  if (!has_units(dwarf)) return {};
  return file;
}

DebugFile DebugFile::open(const std::string& path, const std::string& root) {
  DebugFile file = open_one(root + path);
  if (!file) {
    Fd fd(::open((root + path).c_str(), O_RDONLY | O_CLOEXEC));
    Elf* program = fd ? elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr) : nullptr;
    if (program == nullptr) return file;
    file = open_apart(program, path, root);
    elf_end(program);
  }
  if (file) file.add_common(root);
  return file;
}

DebugFile DebugFile::open_apart(Elf* program, const std::string& path, const std::string& root) {
  const void* id = nullptr;
  if (const ssize_t size = dwelf_elf_gnu_build_id(program, &id); size > 1) {
    const std::string name = hex(id, static_cast<size_t>(size));
    if (auto file = open_one(root + "/usr/lib/debug/.build-id/" + name.substr(0, 2) + "/" + name.substr(2) +
                             ".debug"))
      return file;
  }
  GElf_Word checksum = 0;
  const char* link = dwelf_elf_gnu_debuglink(program, &checksum);
  if (link == nullptr) return {};
  const std::string directory = directory_of(path);
  for (const std::string& place : {directory, directory + ".debug/", "/usr/lib/debug" + directory})
    if (root + place + link != root + path)
      if (auto file = open_one(root + place + link)) return file;
  return {};
}

void DebugFile::add_common(const std::string& root) {
  const char* name = nullptr;
  const void* id = nullptr;
  if (dwelf_dwarf_gnu_debugaltlink(dwarf_, &name, &id) <= 0) return;
  const std::string place = name[0] == '/' ? root + name : directory_of(path_) + name;
  common_fd_ = Fd(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
  if (!common_fd_) return;
  common_ = read_dwarf(common_fd_.get());
  if (common_ != nullptr) dwarf_setalt(dwarf_, common_);
}

} // namespace trc::dwarf
