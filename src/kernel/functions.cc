#include "kernel/functions.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

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

/// By the name with what stands around it, without taking the lines apart: there are 200,000 of them.
Result<uint64_t> find_symbol(std::string_view kallsyms, std::string_view name) {
  const std::string wanted = " " + std::string(name);
  for (size_t at = kallsyms.find(wanted); at != kallsyms.npos; at = kallsyms.find(wanted, at + 1)) {
    const size_t behind = at + wanted.size();
    const bool ends = behind == kallsyms.size() || kallsyms[behind] == '\n' || kallsyms[behind] == '\t';
    const size_t line = kallsyms.rfind('\n', at) + 1; // npos + 1 is 0
    uint64_t address = 0;
    auto [end, error] = std::from_chars(kallsyms.data() + line, kallsyms.data() + at, address, 16);
    if (!ends || error != std::errc() || end + 2 != kallsyms.data() + at) continue; // "ADDRESS T NAME"
    if (address != 0) return address;
    return failure(ErrorKind::no_permission, "the kernel shows no addresses in /proc/kallsyms to this user",
                   "root sees them");
  }
  return failure(ErrorKind::not_found, "it is not among the names in /proc/kallsyms");
}

std::vector<uint64_t> find_in_modules(std::string_view kallsyms, std::span<const std::string> wanted) {
  std::vector<uint64_t> addresses(wanted.size(), 0);
  std::unordered_map<std::string_view, size_t> places;
  for (size_t i = 0; i < wanted.size(); ++i)
    places.emplace(wanted[i], i);
  // "ADDRESS T NAME\t[MODULE]": modules come last, so only what has a bracket is looked at.
  for (size_t open = kallsyms.find("\t["); open != kallsyms.npos; open = kallsyms.find("\t[", open + 1)) {
    const size_t line = kallsyms.rfind('\n', open) + 1; // npos + 1 is 0
    const size_t end = std::min(kallsyms.find('\n', open), kallsyms.size());
    const size_t name = kallsyms.rfind(' ', open) + 1;
    const std::string key = module_name(kallsyms.substr(open, end - open)) + ":" +
                            std::string(kallsyms.substr(name, open - name));
    const auto place = places.find(key);
    if (place == places.end() || addresses[place->second] != 0) continue;
    std::from_chars(kallsyms.data() + line, kallsyms.data() + open, addresses[place->second], 16);
  }
  return addresses;
}

NamedFunctions functions_named(std::string_view filter_functions, std::string_view name) {
  NamedFunctions found;
  for (size_t at = filter_functions.find(name); at != filter_functions.npos;
       at = filter_functions.find(name, at + 1)) {
    const size_t behind = at + name.size();
    if (at > 0 && filter_functions[at - 1] != '\n') continue;
    const char next = behind < filter_functions.size() ? filter_functions[behind] : '\n';
    found.same += next == '\n' || next == ' ' || next == '\t';
    found.variants += next == '.';
  }
  return found;
}

Result<std::vector<KernelFunction>> read_functions(const std::string& root) {
  if (auto text = read_file(root + "/sys/kernel/tracing/available_filter_functions"); text && !text->empty())
    return parse_filter_functions(*text);
  auto text = read_file(root + "/proc/kallsyms");
  if (!text) return std::unexpected(text.error());
  return parse_kallsyms_functions(*text);
}

} // namespace trc
