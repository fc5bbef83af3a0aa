#include "probes/kprobe/variants.h"

#include "kernel/functions.h"

namespace trc::probes {
namespace {

bool is_variant(std::string_view name, std::string_view function) {
  return name.size() > function.size() && name.starts_with(function) && name[function.size()] == '.' &&
         name.find(".cold") == name.npos;
}

} // namespace

std::vector<std::string> listed_variants(const std::string& function) {
  std::vector<std::string> found;
  auto functions = read_functions("");
  if (!functions) return found;
  for (const KernelFunction& one : *functions)
    if (is_variant(one.name, function)) found.push_back(one.name);
  return found;
}

// GCC numbers the copies that it makes of a function from 0 on, whatever they are
// (clone_function_name_numbered in gcc/cgraphclones.cc, since GCC 9); a copy can be made of a copy, in the
// order of its passes, and then there is often no function of the first one's name.
Result<void> try_variants(const std::string& function, const AttachVariant& attach,
                          std::vector<std::string>& attached) {
  bool is_any = true;
  for (unsigned number = 0; is_any; ++number) {
    is_any = false;
    const std::string n = "." + std::to_string(number);
    for (const std::string& suffix :
         {".part" + n, ".constprop" + n, ".isra" + n, ".part" + n + ".constprop.0", ".part" + n + ".isra.0",
          ".constprop" + n + ".isra.0", ".part" + n + ".constprop.0.isra.0"}) {
      auto is_there = attach(function + suffix);
      if (!is_there) return std::unexpected(is_there.error());
      if (!*is_there) continue;
      is_any = true;
      attached.push_back(function + suffix);
    }
  }
  return {};
}

std::vector<std::string> variants_in_module(std::string_view kallsyms, const std::string& target) {
  const size_t colon = target.find(':');
  const std::string function = target.substr(colon + 1), behind = "\t[" + target.substr(0, colon) + "]";
  const std::string wanted = " " + function + ".";
  std::vector<std::string> found;
  for (size_t at = kallsyms.find(wanted); at != kallsyms.npos; at = kallsyms.find(wanted, at + 1)) {
    const size_t end = std::min(kallsyms.find('\n', at), kallsyms.size());
    const std::string_view line = kallsyms.substr(at + 1, end - at - 1);
    if (!line.ends_with(behind)) continue;
    const std::string_view name = line.substr(0, line.size() - behind.size());
    if (is_variant(name, function)) found.push_back(target.substr(0, colon + 1) + std::string(name));
  }
  return found;
}

std::string in_back_ticks(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

} // namespace trc::probes
