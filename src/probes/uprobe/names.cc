#include "probes/uprobe/names.h"

#include <cctype>

#include "base/text.h"
#include "symbols/elf_symbols.h"

namespace trc::probes {
namespace {

bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Where the parameters begin: the parenthesis that the last one closes; npos if there are none.
size_t parameters_of(std::string_view name) {
  const size_t last = name.rfind(')');
  if (last == name.npos) return last;
  int depth = 0;
  for (size_t i = last + 1; i-- > 0;) {
    if (name[i] == ')') ++depth;
    if (name[i] == '(' && --depth == 0) {
      // `(anonymous namespace)::f` has none.
      return name.substr(i).starts_with("(anonymous namespace)") ? name.npos : i;
    }
  }
  return name.npos;
}

/// Without `<…>`, but for those of operators.
std::string without_template_arguments(std::string_view name) {
  std::string plain;
  int depth = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool is_operator = plain.ends_with("operator") || plain.ends_with("operator<") ||
                             plain.ends_with("operator>") || plain.ends_with("operator-");
    if (name[i] == '<' && !is_operator) ++depth;
    if (depth == 0) plain += name[i];
    if (name[i] == '>' && !is_operator && depth > 0) --depth;
  }
  return plain;
}

} // namespace

std::string base_of(std::string_view demangled) {
  std::string name = without_template_arguments(demangled.substr(0, parameters_of(demangled)));
  // What a template returns stands before its name; `operator new` has a blank of its own.
  const size_t oper = name.find("operator");
  const size_t blank = name.substr(0, oper).rfind(' ');
  if (blank != name.npos && !name.starts_with("(anonymous")) name.erase(0, blank + 1);
  return name;
}

NamePattern::NamePattern(std::string text) : text_(std::move(text)), is_glob_(has_wildcard(text_)) {
  if (is_glob_ || text_.find("operator") != text_.npos) return;
  const std::string base = base_of(text_);
  size_t begin = base.size();
  while (begin > 0 && is_of_word(base[begin - 1]))
    --begin;
  word_ = base.substr(begin);
}

bool NamePattern::fits(std::string_view mangled) const {
  if (!word_.empty() && mangled.find(word_) == mangled.npos) return false;
  const std::string name = symbols::demangle(mangled);
  if (is_glob_) return glob_match(text_, name);
  return name == text_ || base_of(name) == text_ ||
         (parameters_of(text_) == text_.npos && name.substr(0, parameters_of(name)) == text_);
}

} // namespace trc::probes
