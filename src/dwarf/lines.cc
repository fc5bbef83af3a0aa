#include "dwarf/lines.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace trc::dwarf {
namespace {

/// Whether `path` is called so, or ends so behind a `/`.
bool is_called(std::string_view path, std::string_view file) {
  if (!path.ends_with(file)) return false;
  return path.size() == file.size() || file.starts_with('/') || path[path.size() - file.size() - 1] == '/';
}

struct Row {
  LineAddress place;
  bool begins_statement = false;
};

/// Each row of a line table about that file.
template<class Use> void for_each_row(Dwarf* dwarf, std::string_view file, const Use& use) {
  for_each_unit(dwarf, [&](Dwarf_Die unit) {
    Dwarf_Lines* lines = nullptr;
    size_t count = 0;
    if (dwarf_getsrclines(&unit, &lines, &count) != 0) return true;
    for (size_t i = 0; i < count; ++i) {
      Dwarf_Line* line = dwarf_onesrcline(lines, i);
      const char* source = dwarf_linesrc(line, nullptr, nullptr);
      bool is_end = false, begins = false;
      dwarf_lineendsequence(line, &is_end);
      if (is_end || source == nullptr || !is_called(source, file)) continue;
      dwarf_linebeginstatement(line, &begins);
      Dwarf_Addr address = 0;
      int number = 0, column = 0;
      dwarf_lineaddr(line, &address);
      dwarf_lineno(line, &number);
      dwarf_linecol(line, &column);
      use(unit, Row{{address, source, static_cast<uint32_t>(number), static_cast<uint32_t>(column)}, begins});
    }
    return true;
  });
}

/// The function, or the copy of an inlined one, that the address is in.
Dwarf_Off scope_of(Dwarf_Die unit, uint64_t address) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes(&unit, address, &scopes);
  const std::unique_ptr<Dwarf_Die, decltype(&std::free)> keeper(scopes, &std::free);
  for (int i = 0; i < count; ++i) {
    const int tag = dwarf_tag(&scopes[i]);
    if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) return dwarf_dieoffset(&scopes[i]);
  }
  return 0;
}

} // namespace

std::vector<LineAddress> addresses_of_line(Dwarf* dwarf, std::string_view file, uint32_t line,
                                           uint32_t column) {
  std::map<Dwarf_Off, LineAddress> first; // by scope: a loop's line comes back behind its body
  for_each_row(dwarf, file, [&](const Dwarf_Die& unit, Row row) {
    if (!row.begins_statement || row.place.line != line || (column != 0 && row.place.column != column))
      return;
    auto [entry, is_new] = first.try_emplace(scope_of(unit, row.place.address), row.place);
    if (!is_new && row.place.address < entry->second.address) entry->second = row.place;
  });
  std::vector<LineAddress> found;
  for (auto& [scope, place] : first)
    found.push_back(std::move(place));
  std::ranges::sort(found, {}, &LineAddress::address);
  const auto same = std::ranges::unique(found, {}, &LineAddress::address);
  found.erase(same.begin(), same.end());
  return found;
}

std::vector<uint32_t> lines_with_code(Dwarf* dwarf, std::string_view file) {
  std::set<uint32_t> lines;
  for_each_row(dwarf, file, [&](const Dwarf_Die&, const Row& row) {
    if (row.begins_statement && row.place.line != 0) lines.insert(row.place.line);
  });
  return {lines.begin(), lines.end()};
}

} // namespace trc::dwarf
