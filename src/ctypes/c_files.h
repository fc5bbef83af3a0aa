// The texts that C definitions are read from: pieces of the script, headers, and a few headers of the
// compiler's that are in this program. Finds headers by name.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ctypes/c_token.h"

namespace trc {

/// What the compiler itself defines, as `#define` lines (gcc on x86-64 Linux, as far as headers ask for it).
std::string_view predefined_macros();
/// The headers of a C compiler that no library brings: stddef.h, stdarg.h, …
std::optional<std::string_view> builtin_header(std::string_view name);

enum class CFileKind : uint8_t {
  script,    ///< a piece of the script itself
  own,       ///< a header beside the script or from -I
  system,    ///< a header of the system's, the kernel's or the compiler's
  predefined ///< the compiler's macros, and --include
};

struct CFile {
  CFileKind kind = CFileKind::script;
  std::string name;         ///< as it is shown
  std::string path;         ///< "" if it is no file
  std::string_view text;    ///< stays as long as CFiles
  uint32_t script_base = 0; ///< script: the offset of its first byte in Sources
  CPlace included_at;       ///< headers: the `#include`
  size_t directory = 0;     ///< headers: where #include_next goes on searching
};

class CFiles {
public:
  struct Setup {
    std::string script_directory;
    std::vector<std::string> include_paths;
    bool kernel_first = false; ///< the kernel's own headers come before the system's
  };
  explicit CFiles(Setup setup);

  uint32_t add(CFile file);
  const CFile& operator[](uint32_t file) const { return files_[file]; }
  /// Keeps a text as long as this.
  std::string_view keep(std::string text);

  struct Request {
    std::string_view name;
    bool is_quoted = false;
    bool is_next = false; ///< #include_next
    CPlace place;
  };
  /// Opens a header and adds it.
  std::optional<uint32_t> include(const Request& request);
  bool can_include(const Request& request);
  /// A header that is named but not found where it is searched is in the kernel's source tree.
  bool is_in_kernel_tree(std::string_view name) const;
  /// Line, from 1, of an offset.
  static uint32_t line(const CFile& file, uint32_t offset);

private:
  struct Directory {
    std::string path; ///< "": those in this program
    CFileKind kind;
  };
  struct Found {
    std::string path;
    std::string_view text;
    size_t directory;
    CFileKind kind;
  };
  std::optional<Found> find(const Request& request);
  std::optional<std::string_view> read(const std::string& path);

  std::vector<Directory> directories_;
  std::vector<std::string> kernel_directories_;
  std::deque<CFile> files_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string, std::optional<std::string_view>> known_;
};

/// Whether a header of this name is one of the kernel's: "linux/sched.h", "net/sock.h".
bool is_kernel_header(std::string_view name);
/// Whether the headers of the running kernel, or of that which TRC_KERNEL_SOURCE names, are installed.
bool has_kernel_headers();

} // namespace trc
