// The kernel's own symbols and those of its modules and BPF programs, from /proc/kallsyms.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "symbols/symbol_table.h"

namespace trc::symbols {

struct KernelSymbol {
  std::string_view name;
  uint64_t offset = 0;
  std::string_view module; ///< "" for the kernel itself
};

class KernelSymbols {
public:
  /// Takes the lines of a kallsyms file; for tests, instead of the running kernel's.
  void parse(std::string_view text);
  /// Begins to read them on a thread of its own, unless that was done before: reading takes some ten
  /// milliseconds.
  void prepare();
  /// Reads the symbols when it is asked for the first time. Nothing: no symbol is there, or the kernel shows
  /// none to this user.
  std::optional<KernelSymbol> find(uint64_t address);

private:
  void load();

  std::once_flag loaded_;
  SymbolTable table_;
  std::vector<std::string> modules_ = {""}; ///< by the group of a symbol
  std::jthread thread_;                     ///< last, so that it ends before what it fills in
};

} // namespace trc::symbols
