// The DWARF of a program file: in the file itself, or in one of its own that distributions keep apart.
#pragma once

#include <elfutils/libdw.h>
#include <string>

#include "base/fd.h"

namespace trc::dwarf {

/// An open file with DWARF, for reading.
class DebugFile {
public:
  /// Looks in the file at `path`, then by its build id and its .gnu_debuglink where gdb looks: below
  /// /usr/lib/debug and beside the file. What dwz has moved into a common file is read from there. `root`:
  /// the directory that `path` and /usr/lib/debug are meant in, "" for ours. Nothing is found: operator bool.
  static DebugFile open(const std::string& path, const std::string& root);

  DebugFile() = default;
  DebugFile(DebugFile&& other) noexcept { swap(other); }
  DebugFile& operator=(DebugFile&& other) noexcept {
    swap(other);
    return *this;
  }
  ~DebugFile();

  explicit operator bool() const { return dwarf_ != nullptr; }
  Dwarf* get() const { return dwarf_; } ///< stays this object's
  const std::string& path() const { return path_; }

private:
  static DebugFile open_one(const std::string& path);
  static DebugFile open_apart(Elf* program, const std::string& path, const std::string& root);
  void add_common(const std::string& root);
  void swap(DebugFile& other) noexcept;

  std::string path_;
  Fd fd_, common_fd_;
  Dwarf* dwarf_ = nullptr;
  Dwarf* common_ = nullptr; ///< of dwz
};

} // namespace trc::dwarf
