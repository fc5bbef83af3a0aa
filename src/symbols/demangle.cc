// Names as their source has them: of C++, and of Rust in both of its ways. C++ is read by the compiler's own
// library, the newer names of Rust by LLVM's.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cxxabi.h>
#include <llvm/Demangle/Demangle.h>
#include <memory>
#include <utility>

#include "symbols/elf_symbols.h"

namespace trc::symbols {
namespace {

using CText = std::unique_ptr<char, decltype(&std::free)>;

/// Older compilers of Rust write names as those of C++ do, with `::h` and a hash of 16 digits at the end.
bool is_old_rust(std::string_view name) {
  constexpr std::string_view kMark = "17h";
  constexpr size_t kDigits = 16;
  if (!name.ends_with('E') || name.size() < kMark.size() + kDigits + 1) return false;
  name.remove_suffix(1);
  const std::string_view hash = name.substr(name.size() - kDigits);
  name.remove_suffix(kDigits);
  return name.ends_with(kMark) &&
         std::ranges::all_of(hash, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// Takes the hash off, and gives the characters back that no assembler would have taken.
std::string plain_old_rust(std::string name) {
  constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"$LT$", "<"},  {"$GT$", ">"},  {"$LP$", "("},  {"$RP$", ")"},  {"$RF$", "&"},   {"$BP$", "*"},
      {"$C$", ","},   {"$u20$", " "}, {"$u27$", "'"}, {"$u5b$", "["}, {"$u5d$", "]"},  {"$u7b$", "{"},
      {"$u7d$", "}"}, {"$u7e$", "~"}, {"$u3b$", ";"}, {"$u2b$", "+"}, {"$u22$", "\""}, {"..", "::"},
  };
  name.resize(name.rfind("::"));
  for (const auto& [escape, meant] : kEscapes)
    for (size_t at = 0; (at = name.find(escape, at)) != name.npos; at += meant.size())
      name.replace(at, escape.size(), meant);
  // An underscore keeps an identifier from beginning with `$`.
  for (size_t at = 0; (at = name.find("_<", at)) != name.npos;)
    if (at == 0 || name[at - 1] == ':')
      name.erase(at, 1);
    else
      ++at;
  return name;
}

} // namespace

std::string demangle(std::string_view name) {
  const std::string text(name);
  if (name.starts_with("_R")) {
    const CText plain(llvm::rustDemangle(name), &std::free);
    return plain ? std::string(plain.get()) : text;
  }
  if (!name.starts_with("_Z")) return text;
  int status = 0;
  const CText plain(abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status), &std::free);
  if (status != 0 || !plain) return text;
  return is_old_rust(name) ? plain_old_rust(plain.get()) : std::string(plain.get());
}

} // namespace trc::symbols
