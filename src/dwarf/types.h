// From types as DWARF writes them to types of the language.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dwarf/die.h"
#include "lang/structure.h"

namespace trc::dwarf {

/// The entries of one file.
class TypeReader {
public:
  /// `file_name`: what made-up names say; no two files of a run have the same.
  TypeReader(Dwarf* dwarf, std::string file_name) : dwarf_(dwarf), file_name_(std::move(file_name)) {}

  /// None for void, functions and what has no size. Pointers are of the user address space. Structs, unions
  /// and enumerations get names that lead back to their entry: "struct <point 4711 prog>", so that they are
  /// never taken for another file's. Floating point numbers and integers of more than 64 bits are arrays of
  /// bytes.
  Type type(std::optional<Dwarf_Die> die) const { return type(die, 0, {}); }
  /// By such a name; nothing for others.
  std::optional<Structure> structure(std::string_view made_up) const;
  std::optional<Enumeration> enumeration(std::string_view made_up) const;
  Enumeration enumeration(Dwarf_Die die, std::string name) const;

private:
  Type type(std::optional<Dwarf_Die> die, int depth, const std::string& alias) const;
  Type base(Dwarf_Die die) const;
  Type array(Dwarf_Die die, int depth) const;
  Type pointer(Dwarf_Die die, int depth) const;
  std::optional<Field> field(Dwarf_Die member) const;
  std::string made_up_name(const char* keyword, Dwarf_Die die, const std::string& alias) const;
  std::optional<Dwarf_Die> die_of(std::string_view made_up) const;

  Dwarf* dwarf_;
  std::string file_name_;
};

} // namespace trc::dwarf
