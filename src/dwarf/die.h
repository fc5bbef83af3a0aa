// Small questions about DWARF's entries (DIEs).
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <functional>
#include <optional>
#include <string>

namespace trc::dwarf {

/// An attribute, that of the entry that this one completes or repeats included.
std::optional<uint64_t> number_of(Dwarf_Die die, unsigned attribute);
bool flag_of(Dwarf_Die die, unsigned attribute);
std::string name_of(Dwarf_Die die); ///< "" if it has none

/// What DW_AT_type refers to; nothing for void.
std::optional<Dwarf_Die> type_of(Dwarf_Die die);
/// Behind const, volatile, restrict, atomic and, if asked for, typedefs.
std::optional<Dwarf_Die> peeled(std::optional<Dwarf_Die> type, bool typedefs = true);

/// Bytes of a value of that type; arrays included. 0 if DWARF doesn't say.
uint64_t size_of(Dwarf_Die type);
/// Elements of an array over all of its dimensions; 0 if it has no fixed size.
uint64_t count_of(Dwarf_Die array);

/// Each child, until `use` gives false.
void for_each_child(Dwarf_Die die, const std::function<bool(Dwarf_Die)>& use);
/// The entry of each compilation unit, until `use` gives false.
void for_each_unit(Dwarf* dwarf, const std::function<bool(Dwarf_Die)>& use);

} // namespace trc::dwarf
