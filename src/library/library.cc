#include "library/library.h"

#include <algorithm>
#include <set>

#include "parser/ast_walk.h"
#include "parser/parser.h"

namespace trc {
namespace {

const LibraryFile* find_file(std::string_view name) {
  const auto& files = library_files();
  auto found = std::lower_bound(files.begin(), files.end(), name,
                                [](const LibraryFile& file, std::string_view n) { return file.name < n; });
  return found != files.end() && found->name == name ? &*found : nullptr;
}

/// Collects the files that a part of the tree needs, each once.
class Needs {
public:
  template<class Part> void look_at(const Part& part) {
    ast::walk(part, [&](const ast::Expression& e) {
      if (auto* name = std::get_if<ast::Name>(&e.node)) add(name->name);
      if (auto* call = std::get_if<ast::Call>(&e.node)) add(call->name);
    });
  }

  std::vector<const LibraryFile*> open; ///< not parsed yet

private:
  void add(const std::string& name) {
    if (const LibraryFile* file = find_file(name); file && known_.insert(file).second) open.push_back(file);
  }

  std::set<const LibraryFile*> known_;
};

} // namespace

const std::vector<LibraryFile>& library_files() {
  static const std::vector<LibraryFile> files = {
#include "library/files.inc"
  };
  return files;
}

void add_library(ast::Program& tree, Sources& sources, Diagnostics& diagnostics) {
  Needs needs;
  for (const ast::Probe& probe : tree.probes) {
    needs.look_at(probe.predicate);
    needs.look_at(probe.body);
  }
  for (const ast::Macro& macro : tree.macros)
    needs.look_at(macro.body);
  for (const ast::Function& function : tree.functions)
    needs.look_at(function.body);
  while (!needs.open.empty()) {
    const LibraryFile& file = *needs.open.back();
    needs.open.pop_back();
    const std::string name = "library/" + std::string(file.name) + ".trc";
    const uint32_t base = sources.add(name, std::string(file.text));
    ast::Program part = parse(sources, base, diagnostics, ScriptRole::imported);
    for (ast::Macro& macro : part.macros) {
      needs.look_at(macro.body);
      tree.macros.push_back(std::move(macro));
      ++tree.library_macros;
    }
  }
}

} // namespace trc
