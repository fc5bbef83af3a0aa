// Names by address: the nearest symbol at or before one. What the kernel's and a program's symbols have in
// common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trc::symbols {

struct FoundSymbol {
  std::string_view name; ///< valid as long as the table
  uint64_t offset = 0;   ///< of the address in it
  uint32_t group = 0;    ///< as it was added
};

class SymbolTable {
public:
  /// `size` 0: not known, the symbol reaches to the next one. `group`: what the caller wants to know of it.
  void add(uint64_t address, uint64_t size, std::string_view name, uint32_t group = 0);
  /// To be called when all have been added. Of several at one address the first that was added is kept.
  void finish();
  std::optional<FoundSymbol> find(uint64_t address) const;

  size_t size() const { return rows_.size(); }
  /// About how much memory it takes.
  size_t bytes() const { return rows_.capacity() * sizeof(Row) + names_.capacity(); }

private:
  struct Row {
    uint64_t address;
    uint32_t size;
    uint32_t name; ///< where it begins in names_; it ends with NUL
    uint32_t group;
  };
  std::vector<Row> rows_; ///< by address, once finished
  std::string names_;
};

} // namespace trc::symbols
