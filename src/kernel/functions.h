// The kernel's functions that probes can be put on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc {

struct KernelFunction {
  std::string name;
  std::string module; ///< "" for the kernel itself

  auto operator<=>(const KernelFunction&) const = default;
};

/// The lines of tracefs' available_filter_functions: "name" or "name [module]". Sorted, each once.
std::vector<KernelFunction> parse_filter_functions(std::string_view text);
/// The functions in the text of /proc/kallsyms ("address t name" or "… name\t[module]"). Sorted, each once.
std::vector<KernelFunction> parse_kallsyms_functions(std::string_view text);

/// The address of a symbol in the text of /proc/kallsyms.
Result<uint64_t> find_symbol(std::string_view kallsyms, std::string_view name);

/// The addresses of functions in modules, in the text of /proc/kallsyms; `wanted` as "module:function". Where
/// there is none of that name, or addresses are kept from us, it is 0.
std::vector<uint64_t> find_in_modules(std::string_view kallsyms, std::span<const std::string> wanted);

/// What the list of functions says of a name.
struct NamedFunctions {
  size_t same = 0;     ///< of just this name
  size_t variants = 0; ///< `name.SUFFIX`: what a compiler has made of it
};
/// In the text of available_filter_functions.
NamedFunctions functions_named(std::string_view filter_functions, std::string_view name);

/// All functions of the machine below `root` (see Kernel::open), by what the kernel calls traceable, or where
/// that can't be read, by its symbols.
Result<std::vector<KernelFunction>> read_functions(const std::string& root);

} // namespace trc
