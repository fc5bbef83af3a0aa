// What the debug information of programs tells: their types, where their functions find their parameters, and
// which addresses a line of the source has. Read when it is asked for, and kept.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dwarf/convention.h"
#include "lang/structure.h"

namespace trc::dwarf {

struct Parameter {
  std::string name; ///< "" if it has none
  Type type;        ///< none: void, or of a kind that the language does not know
  Place place;      ///< when the function begins

  bool is_floating = false; ///< a floating point number
};

struct Function {
  std::string name; ///< as it is linked, if that is told
  std::vector<Parameter> parameters;
};

/// An address that code of a line begins at.
struct LineAddress {
  uint64_t address = 0; ///< as the file's symbols count
  std::string file;
  uint32_t line = 0, column = 0;
};

/// Of one program file.
class DebugInfo : public TypeSource {
public:
  /// The function that begins at this address, as the file's symbols count; nothing if none is known there.
  virtual std::optional<Function> function(uint64_t address) const = 0;
  /// Where statements of this line begin, one address for each copy of the line's function, in order. `file`:
  /// the last parts of its path. `column` 0: any. Empty if the line has no code.
  virtual std::vector<LineAddress> line(std::string_view file, uint32_t line, uint32_t column) const = 0;
  /// The lines of that file that have code, in order; empty if there is no such file.
  virtual std::vector<uint32_t> lines_with_code(std::string_view file) const = 0;
};

/// The files that a script traces. Asked for a type, it opens them all and looks for it in the order of their
/// names.
class Programs : public TypeSource {
public:
  /// Costs nothing yet. `root` as in DebugFile::open.
  void add(const std::string& path, const std::string& root = {}) {
    files_.try_emplace(root + path, File{path, root, false, nullptr});
  }
  /// Null if there is no debug information of the file, or that is not to be had.
  const DebugInfo* open(const std::string& path, const std::string& root = {}) const;

  const Structure* structure(std::string_view name) const override;
  const Enumeration* enumeration(std::string_view name) const override;
  std::optional<Type> type(std::string_view name) const override;
  std::optional<Constant> constant(std::string_view name) const override;
  std::vector<std::string> names(NameKind kind) const override;

private:
  struct File {
    std::string path, root;
    bool is_opened = false;
    std::unique_ptr<DebugInfo> debug_info;
  };
  const DebugInfo* open(File& file) const;
  template<class Ask> auto first(const Ask& ask) const -> decltype(ask(std::declval<const DebugInfo&>()));

  mutable std::map<std::string, File> files_; ///< by root and path
};

} // namespace trc::dwarf
