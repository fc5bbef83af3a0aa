// What of which file is mapped where in a process: /proc/PID/maps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trc::symbols {

struct MappedRange {
  uint64_t start = 0, end = 0;
  uint64_t offset = 0; ///< of its start in the file
  uint64_t device = 0, inode = 0;
  std::string path; ///< as the process sees it; "[vdso]"; "" for memory of no file

  bool operator==(const MappedRange&) const = default;
};

/// The executable ranges in the text of a maps file, in its order, which is by address.
std::vector<MappedRange> parse_maps(std::string_view text);
/// The range that holds an address; null if none does.
const MappedRange* find_range(const std::vector<MappedRange>& ranges, uint64_t address);

} // namespace trc::symbols
