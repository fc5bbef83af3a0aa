#include "driver/imports.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <set>
#include <sys/stat.h>

#include "base/fd.h"
#include "kernel/files.h"
#include "parser/parser.h"

namespace trc {
namespace {

enum class FileKind : uint8_t { script, header, object, c_program, other };

FileKind kind_of(std::string_view path) {
  static constexpr std::pair<std::string_view, FileKind> kEndings[] = {
      {".bpf.c", FileKind::c_program}, {".bpf.o", FileKind::object}, {".trc", FileKind::script},
      {".bt", FileKind::script},       {".h", FileKind::header},
  };
  for (const auto& [ending, kind] : kEndings)
    if (path.ends_with(ending)) return kind;
  return FileKind::other;
}

std::string directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "" : std::string(path.substr(0, slash + 1));
}

template<class T> void move_to(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void append(ast::Program& to, ast::Program& from) {
  move_to(from.c_texts, to.c_texts);
  move_to(from.map_declarations, to.map_declarations);
  move_to(from.macros, to.macros);
  move_to(from.functions, to.functions);
  move_to(from.probes, to.probes);
}

class Importer {
public:
  Importer(Sources& sources, Diagnostics& diagnostics) : sources_(sources), diagnostics_(diagnostics) {}

  /// The script that is run counts as read.
  void remember(const std::string& path) {
    struct stat about;
    if (stat(path.c_str(), &about) == 0) seen_.insert({about.st_dev, about.st_ino});
  }

  void read_all(const std::vector<ast::Import>& imports, ast::Program& out) {
    for (const ast::Import& import : imports) {
      const auto& [name, span] = import.path;
      // The library needs no import: its names are always there.
      if (name.starts_with("stdlib/")) continue;
      const std::string importer(sources_.locate(import.span.begin).source);
      read(name.starts_with('/') ? name : directory_of(importer) + name, span, out);
    }
  }

private:
  void refuse(const std::string& path, Span span, const std::string& cause, const std::string& hint = "") {
    diagnostics_.report(DiagnosticId::import_refused, span, path, cause, hint);
  }

  void read(const std::string& path, Span span, ast::Program& out) {
    const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about;
    if (!fd || fstat(fd.get(), &about) != 0) return refuse(path, span, std::strerror(errno));
    if (!seen_.insert({about.st_dev, about.st_ino}).second) return;
    if (about.st_mode & S_IWOTH)
      return refuse(path, span, "everybody may write to it",
                    "what it says would run with your privileges: `chmod o-w " + path + "`");
    if (S_ISDIR(about.st_mode)) return read_directory(path, span, out);
    if (!S_ISREG(about.st_mode)) return refuse(path, span, "it is no file");
    read_file(fd, path, span, out);
  }

  void read_file(const Fd& fd, const std::string& path, Span span, ast::Program& out) {
    switch (kind_of(path)) {
    case FileKind::c_program:
      return refuse(path, span, "trc has no C compiler", "write it as a `fn`, or as a macro, of the script");
    case FileKind::object:
      return refuse(path, span, "compiled BPF programs can't be linked in yet",
                    "write it as a `fn`, or as a macro, of the script");
    case FileKind::other:
      return refuse(path, span, "its name tells no kind of file", "known are `.trc`, `.bt` and `.h`");
    default: break;
    }
    auto text = trc::read_all(fd.get(), path);
    if (!text) return refuse(path, span, text.error().cause, text.error().hint);
    const uint32_t size = text->size();
    const uint32_t base = sources_.add(path, std::move(*text));
    if (kind_of(path) == FileKind::header) {
      out.c_texts.push_back({Span{base, base + size}});
      return;
    }
    ast::Program script = parse(sources_, base, diagnostics_, ScriptRole::imported);
    if (script.config_span) diagnostics_.report(DiagnosticId::import_config, *script.config_span);
    for (ast::MapDeclaration& map : script.map_declarations)
      map.is_imported = true;
    read_all(script.imports, out);
    append(out, script);
  }

  /// Scripts and headers in it, in the order of their names; directories in it are left alone.
  void read_directory(const std::string& path, Span span, ast::Program& out) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
    if (!directory) return refuse(path, span, std::strerror(errno));
    std::vector<std::string> names;
    while (const dirent* entry = readdir(directory.get()))
      if (entry->d_name[0] != '.' && kind_of(entry->d_name) != FileKind::other)
        names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string file = path + (path.ends_with('/') ? "" : "/") + name;
      struct stat about;
      const bool is_known = stat(file.c_str(), &about) == 0;
      if (is_known && !S_ISREG(about.st_mode)) continue;
      const FileKind kind = kind_of(name);
      if (kind == FileKind::c_program || kind == FileKind::object)
        diagnostics_.report(DiagnosticId::import_skipped, span, file, "trc can't link programs in");
      else if (is_known && about.st_mode & S_IWOTH)
        diagnostics_.report(DiagnosticId::import_skipped, span, file, "everybody may write to it");
      else
        read(file, span, out);
    }
  }

  Sources& sources_;
  Diagnostics& diagnostics_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

} // namespace

void read_imports(ast::Program& tree, Sources& sources, Diagnostics& diagnostics) {
  if (tree.imports.empty()) return;
  Importer importer(sources, diagnostics);
  importer.remember(std::string(sources.locate(tree.imports.front().span.begin).source));
  ast::Program imported;
  importer.read_all(tree.imports, imported);
  append(imported, tree);
  imported.config = std::move(tree.config);
  imported.config_span = tree.config_span;
  imported.imports = std::move(tree.imports);
  tree = std::move(imported);
  if (tree.probes.empty() && !diagnostics.has_errors())
    diagnostics.report(DiagnosticId::no_probe, tree.imports.front().span);
}

} // namespace trc
