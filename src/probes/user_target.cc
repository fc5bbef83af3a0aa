#include "probes/user_target.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <glob.h>
#include <linux/btf.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "kernel/btf.h"
#include "kernel/files.h"
#include "lang/planned.h"
#include "probes/contexts.h"
#include "probes/report.h"
#include "symbols/elf_functions.h"
#include "symbols/library_cache.h"
#include "symbols/process_maps.h"
#include "symbols/zip_member.h"

namespace trc::probes {
namespace {

using Paths = std::vector<std::string>;

/// Looks for targets in one view of the file system: that of a process, or our own.
class Finder {
public:
  explicit Finder(const UserContext& context) : context_(context) {
    if (context.pid && lives_elsewhere()) view_ = process() + "/root";
  }

  Result<Paths> find(const std::string& text) const {
    if (text.empty()) return own_program();
    if (text == "*") return all_of_process();
    if (has_wildcard(text)) return matching(text);
    if (text.contains('/')) return at_path(text);
    return by_name(text);
  }

private:
  std::string process() const { return "/proc/" + std::to_string(*context_.pid); }
  /// As this program has to open it.
  std::string here(const std::string& path) const {
    return path.starts_with('/') ? context_.kernel.root() + path : path;
  }
  bool is_file(const std::string& path) const {
    struct stat status;
    return ::stat(here(path).c_str(), &status) == 0 && S_ISREG(status.st_mode);
  }
  /// As the process sees it.
  std::string seen(const std::string& path) const { return path.starts_with('/') ? view_ + path : path; }

  bool lives_elsewhere() const {
    struct stat own, other;
    return ::stat(here("/proc/self/ns/mnt").c_str(), &own) == 0 &&
           ::stat(here(process() + "/ns/mnt").c_str(), &other) == 0 && own.st_ino != other.st_ino;
  }

  Result<Paths> own_program() const {
    if (!context_.command.empty()) return Paths{context_.command};
    if (!context_.pid)
      return failure(ErrorKind::invalid, "no program is named",
                     "write `FILE:FUNCTION`; only with `-p PID` or `-c COMMAND` the file can be left out");
    const std::string link = process() + "/exe";
    std::error_code error;
    const std::string path = std::filesystem::read_symlink(here(link), error);
    if (error)
      return failure(ErrorKind::not_found, "the program of process " + std::to_string(*context_.pid) +
                                               " can't be found: " + error.message());
    // A file that was replaced since can still be had by the link.
    return Paths{is_file(seen(path)) ? seen(path) : link};
  }

  Result<std::vector<symbols::MappedRange>> mapped() const {
    auto text = read_file(here(process() + "/maps"));
    if (!text) return std::unexpected(text.error());
    auto ranges = symbols::parse_maps(*text);
    std::erase_if(ranges, [](const auto& range) { return !range.path.starts_with('/'); });
    return ranges;
  }

  Result<Paths> all_of_process() const {
    if (!context_.pid)
      return failure(ErrorKind::invalid, "`*` stands for the files of a process, and none is given",
                     "name a process with `-p PID`, or write a path with wildcards: `/usr/bin/*`");
    auto ranges = mapped();
    if (!ranges) return std::unexpected(ranges.error());
    Paths paths;
    for (const auto& range : *ranges)
      if (std::ranges::find(paths, seen(range.path)) == paths.end() && is_file(seen(range.path)))
        paths.push_back(seen(range.path));
    return paths;
  }

  Result<Paths> matching(const std::string& pattern) const {
    glob_t found = {};
    const std::string absolute = here(seen(pattern));
    Paths paths;
    if (::glob(absolute.c_str(), 0, nullptr, &found) == 0)
      for (size_t i = 0; i < found.gl_pathc; ++i) {
        std::string path = found.gl_pathv[i];
        if (pattern.starts_with('/')) path.erase(0, context_.kernel.root().size());
        if (is_file(path)) paths.push_back(std::move(path));
      }
    ::globfree(&found);
    if (paths.empty()) return failure(ErrorKind::not_found, "no file fits `" + pattern + "`");
    return paths;
  }

  Result<Paths> at_path(const std::string& text) const {
    // A member of an archive is looked for when it is opened.
    const std::string path = seen(text), file = path.substr(0, path.find("!/"));
    if (is_file(file)) return Paths{path};
    struct stat status;
    if (::stat(here(file).c_str(), &status) == 0)
      return failure(ErrorKind::invalid, "`" + text + "` is no file that could be executed");
    const std::filesystem::path folder = std::filesystem::path(here(file)).parent_path();
    std::vector<std::string> names;
    if (auto others = files_in(folder.empty() ? "." : folder.string())) names = std::move(*others);
    const auto near = nearest(std::filesystem::path(file).filename().string(), names);
    return failure(ErrorKind::not_found, "", near ? "did you mean `" + *near + "`?" : "");
  }

  Result<Paths> by_name(const std::string& name) const {
    if (is_file(name)) return Paths{name};
    if (context_.pid)
      if (auto ranges = mapped())
        for (const auto& range : *ranges)
          if (symbols::is_short_for(name, range.path.substr(range.path.rfind('/') + 1)))
            return Paths{seen(range.path)};
    const char* path = std::getenv("PATH");
    for (std::string_view folder : split(path != nullptr ? path : "/usr/bin:/bin", ':'))
      if (std::string file = seen(std::string(folder) + "/" + name); is_file(file)) return Paths{file};
    return library(name);
  }

  Result<Paths> library(const std::string& name) const {
    std::vector<std::string> known;
    if (auto cache = read_file(here(seen("/etc/ld.so.cache"))))
      for (const symbols::CachedLibrary& one : symbols::parse_library_cache(*cache)) {
        if (symbols::is_short_for(name, one.name)) return Paths{seen(one.path)};
        known.push_back(one.name.substr(0, one.name.find(".so")));
      }
    // Systems without a cache: small ones, and those with another C library.
    for (const char* folder : {"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib/x86_64-linux-gnu",
                               "/usr/lib/x86_64-linux-gnu", "/usr/local/lib"})
      if (auto names = files_in(here(seen(folder))))
        for (const std::string& one : *names)
          if (symbols::is_short_for(name, one)) return Paths{seen(std::string(folder) + "/" + one)};
    std::string hint = "a name without `/` is looked for here, in $PATH and among the system's libraries";
    if (name.starts_with("lib"))
      if (auto near = nearest(name, known)) hint = "did you mean `" + *near + "`?";
    return failure(ErrorKind::not_found, "", hint);
  }

  const UserContext& context_;
  std::string view_; ///< the root directory of the process, if that is not ours
};

} // namespace

Result<Paths> find_targets(const std::string& text, const UserContext& context) {
  return Finder(context).find(text);
}

bool UserFile::is_go() const {
  return elf.section(".go.buildinfo").has_value() || elf.section(".note.go.buildid").has_value();
}

/// `FILE!/MEMBER`, a member of a zip archive.
static Result<UserFile> open_member(const std::string& path, const std::string& file,
                                    const std::string& member, const Kernel& kernel) {
  const std::string here = file.starts_with('/') ? kernel.root() + file : file;
  Fd fd(::open(here.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_failure(errno, "can't read `" + file + "`");
  const auto found = symbols::find_zip_member(fd.get(), member);
  if (!found) return std::unexpected(found.error());
  std::string image(found->size, '\0');
  const ssize_t got = ::pread(fd.get(), image.data(), image.size(), static_cast<off_t>(found->offset));
  auto elf = symbols::ElfFile::open(image.data(), got > 0 ? static_cast<size_t>(got) : 0);
  if (!elf) return failure(ErrorKind::invalid, "`" + member + "` is no program or library (ELF)");
  return UserFile{.path = path,
                  .file = file,
                  .base = found->offset,
                  .fd = std::move(fd),
                  .image = std::move(image),
                  .elf = std::move(*elf)};
}

Result<UserFile> open_target(const std::string& path, const Kernel& kernel) {
  if (const size_t mark = path.find("!/"); mark != path.npos)
    return open_member(path, path.substr(0, mark), path.substr(mark + 2), kernel);
  const std::string here = path.starts_with('/') ? kernel.root() + path : path;
  Fd fd(::open(here.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_failure(errno, "can't read `" + path + "`");
  auto elf = symbols::ElfFile::open(fd.get(), here);
  if (elf)
    return UserFile{
        .path = path, .file = path, .base = 0, .fd = std::move(fd), .image = {}, .elf = std::move(*elf)};
  char first[2] = {};
  const bool is_script = ::pread(fd.get(), first, sizeof first, 0) == 2 && first[0] == '#' && first[1] == '!';
  return failure(ErrorKind::invalid, "it is no program or library of the machine's own code (ELF)",
                 is_script ? "it is a script: what runs it is named in its first line" : "");
}

Result<UserSymbol> find_user_symbol(const std::string& path, const std::string& name, const Kernel& kernel) {
  auto file = open_target(path, kernel);
  if (!file) return std::unexpected(file.error());
  if (const auto found = symbols::find_symbol(file->elf, name))
    return UserSymbol{
        .address = found->address, .size = found->size, .is_fixed = file->elf.has_fixed_addresses()};
  std::vector<std::string> names;
  file->elf.for_each_symbol([&](const symbols::ElfSymbol& one) { names.emplace_back(one.name); });
  return failure(ErrorKind::not_found, did_you_mean(name, names));
}

Result<ListedFiles> listed_files(const ListRequest& request) {
  if (request.rest.empty()) return ListedFiles();
  const UserContext context = {.kernel = request.kernel, .pid = request.pid, .command = {}};
  const auto point = split_attach_point("x:" + std::string(request.rest), {});
  std::string file = point.parts.front().text, rest;
  for (size_t i = 1; i < point.parts.size(); ++i)
    rest += (i > 1 ? ":" : "") + point.parts[i].text;
  if (point.parts.size() == 1) {
    // Of a process the pattern is that of a function; without one it names a file.
    rest = request.pid ? file : "*";
    if (request.pid)
      file = "";
    else if (file == "*")
      return ListedFiles();
  }
  auto paths = find_targets(file, context);
  if (!paths && paths.error().cause.empty())
    paths.error().cause = "there is no program or library `" + file + "`";
  if (!paths) return std::unexpected(paths.error());
  return ListedFiles{.paths = std::move(*paths), .rest = std::move(rest)};
}

void report_no_target(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context) {
  if (error.kind == ErrorKind::not_found && error.cause.empty())
    context.diagnostics.report(DiagnosticId::unknown_program, part.span, part.text, error.hint);
  else if (error.kind == ErrorKind::not_found)
    context.diagnostics.report(DiagnosticId::unknown_program, part.span, part.text,
                               error.hint.empty() ? error.cause : error.hint);
  else
    report_bad_part(point, part, context, error.cause, error.hint);
}

bool has_uprobe_multi(const ResolveContext& context) {
  const Btf* btf = context.kernel.btf();
  if (!btf || !btf->find("bpf_uprobe_multi_link", {BTF_KIND_STRUCT})) return false;
  return (!context.pid && context.command.empty()) || context.kernel.version() >= KernelVersion{6, 10, 0};
}

Match user_match(const ResolveContext& context, std::string_view provider) {
  Match match;
  match.type = has_uprobe_multi(context) ? ProgramType::uprobe_multi : ProgramType::kprobe;
  match.attach.provider = provider;
  match.has_cookie = true;
  match.pointers = AddressSpace::user;
  match.context = register_context();
  return match;
}

} // namespace trc::probes
