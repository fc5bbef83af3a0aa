#include "ctypes/c_files.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>

#include "kernel/files.h"

namespace trc {
namespace {

constexpr off_t kLargestHeader = 64 << 20;

std::string parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
}

bool is_directory(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string from_environment(const char* own, const char* peers) {
  const char* value = getenv(own);
  if (!value) value = getenv(peers);
  return value ? value : "";
}

/// Where the kernel's headers are, in the order in which its own build searches them; none if they are not
/// installed.
std::vector<std::string> kernel_directories() {
  std::string source = from_environment("TRC_KERNEL_SOURCE", "BPFTRACE_KERNEL_SOURCE");
  std::string build = from_environment("TRC_KERNEL_BUILD", "BPFTRACE_KERNEL_BUILD");
  utsname system = {};
  uname(&system);
  const std::string modules = std::string("/lib/modules/") + system.release;
  if (source.empty()) source = modules + "/source";
  if (!is_directory(source)) source = modules + "/build";
  if (build.empty()) build = is_directory(modules + "/build") ? modules + "/build" : source;
  if (!is_directory(source + "/include/linux")) return {};
  std::vector<std::string> found;
  for (const std::string& path :
       {source + "/arch/x86/include", build + "/arch/x86/include/generated", source + "/include",
        build + "/include", source + "/arch/x86/include/uapi", build + "/arch/x86/include/generated/uapi",
        source + "/include/uapi", build + "/include/generated/uapi"})
    if (is_directory(path) && std::find(found.begin(), found.end(), path) == found.end())
      found.push_back(path);
  return found;
}

} // namespace

bool is_kernel_header(std::string_view name) {
  static constexpr std::string_view kFolders[] = {
      "acpi",   "asm",    "asm-generic", "block",  "bpf",      "crypto", "drm",    "generated",
      "kernel", "keys",   "kvm",         "linux",  "math-emu", "media",  "memory", "misc",
      "mm",     "mtd",    "net",         "pcmcia", "ras",      "rdma",   "scsi",   "soc",
      "sound",  "target", "trace",       "uapi",   "vdso",     "video",  "xen"};
  const size_t slash = name.find('/');
  return slash != name.npos &&
         std::binary_search(std::begin(kFolders), std::end(kFolders), name.substr(0, slash));
}

bool has_kernel_headers() { return !kernel_directories().empty(); }

CFiles::CFiles(Setup setup) : kernel_directories_(kernel_directories()) {
  directories_.push_back({setup.script_directory.empty() ? "." : setup.script_directory, CFileKind::own});
  for (std::string& path : setup.include_paths)
    directories_.push_back({std::move(path), CFileKind::own});
  if (setup.kernel_first)
    for (const std::string& path : kernel_directories_)
      directories_.push_back({path, CFileKind::system});
  for (const char* path : {"/usr/local/include", "/usr/include/x86_64-linux-gnu", "/usr/include", ""})
    directories_.push_back({path, CFileKind::system});
}

std::string_view CFiles::keep(std::string text) { return texts_.emplace_back(std::move(text)); }

uint32_t CFiles::add(CFile file) {
  files_.push_back(std::move(file));
  return files_.size() - 1;
}

std::optional<std::string_view> CFiles::read(const std::string& path) {
  const auto known = known_.find(path);
  if (known != known_.end()) return known->second;
  std::optional<std::string_view> text;
  struct stat info = {};
  if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= kLargestHeader)
    if (auto content = read_file(path)) text = keep(std::move(*content));
  return known_[path] = text;
}

std::optional<CFiles::Found> CFiles::find(const Request& request) {
  const std::string name(request.name);
  const CFile& from = files_[request.place.file];
  if (name.starts_with('/')) {
    if (auto text = read(name)) return Found{name, *text, directories_.size(), CFileKind::own};
    return {};
  }
  if (request.is_quoted && !request.is_next && !from.path.empty()) {
    const std::string path = parent(from.path) + "/" + name;
    if (auto text = read(path)) return Found{path, *text, from.directory, from.kind};
  }
  // The script's own directory, which is the first, is only for `"x.h"`.
  size_t first = request.is_quoted ? 0 : 1;
  if (request.is_next) first = from.path.empty() && from.kind != CFileKind::system ? 1 : from.directory + 1;
  for (size_t i = first; i < directories_.size(); ++i) {
    const Directory& directory = directories_[i];
    if (directory.path.empty()) {
      if (auto text = builtin_header(name)) return Found{"", *text, i, directory.kind};
    } else {
      const std::string path = directory.path + "/" + name;
      if (auto text = read(path)) return Found{path, *text, i, directory.kind};
    }
  }
  return {};
}

std::optional<uint32_t> CFiles::include(const Request& request) {
  auto found = find(request);
  if (!found) return {};
  return add({.kind = found->kind,
              .name = std::string(request.name),
              .path = std::move(found->path),
              .text = found->text,
              .included_at = request.place,
              .directory = found->directory});
}

bool CFiles::can_include(const Request& request) { return find(request).has_value(); }

bool CFiles::is_in_kernel_tree(std::string_view name) const {
  return std::any_of(kernel_directories_.begin(), kernel_directories_.end(), [&](const std::string& path) {
    struct stat info = {};
    return stat((path + "/" + std::string(name)).c_str(), &info) == 0 && S_ISREG(info.st_mode);
  });
}

uint32_t CFiles::line(const CFile& file, uint32_t offset) {
  const std::string_view before = file.text.substr(0, offset);
  return 1 + std::count(before.begin(), before.end(), '\n');
}

} // namespace trc
