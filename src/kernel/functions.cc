#include "kernel/functions.h"

#include <algorithm>

#include "base/text.h"
#include "kernel/files.h"

namespace trc {
namespace {

/// "[name]" → name
std::string module_name(std::string_view bracketed) {
  bracketed = trim(bracketed);
  if (!bracketed.starts_with('[') || !bracketed.ends_with(']')) return {};
  return std::string(bracketed.substr(1, bracketed.size() - 2));
}

template<class Read> std::vector<KernelFunction> each_line(std::string_view text, const Read& read) {
  std::vector<KernelFunction> functions;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    read(text.substr(0, end), functions);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  return functions;
}

} // namespace

std::vector<KernelFunction> parse_filter_functions(std::string_view text) {
  return each_line(text, [](std::string_view line, std::vector<KernelFunction>& functions) {
    const size_t blank = std::min(line.find_first_of(" \t"), line.size());
    if (blank > 0) functions.push_back({std::string(line.substr(0, blank)), module_name(line.substr(blank))});
  });
}

std::vector<KernelFunction> parse_kallsyms_functions(std::string_view text) {
  return each_line(text, [](std::string_view line, std::vector<KernelFunction>& functions) {
    const size_t type = line.find(' ') + 1;
    if (type == 0 || type + 2 >= line.size() || (line[type] != 't' && line[type] != 'T')) return;
    std::string_view name = line.substr(type + 2);
    const size_t blank = std::min(name.find_first_of(" \t"), name.size());
    functions.push_back({std::string(name.substr(0, blank)), module_name(name.substr(blank))});
  });
}

Result<std::vector<KernelFunction>> read_functions(const std::string& root) {
  if (auto text = read_file(root + "/sys/kernel/tracing/available_filter_functions"); text && !text->empty())
    return parse_filter_functions(*text);
  auto text = read_file(root + "/proc/kallsyms");
  if (!text) return std::unexpected(text.error());
  return parse_kallsyms_functions(*text);
}

} // namespace trc
