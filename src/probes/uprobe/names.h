// Names of functions as their source has them: `ns::f(int)`.
#pragma once

#include <string>
#include <string_view>

namespace trc::probes {

/// Without parameters and result: `ns::f` of `void ns::f<int>(int) const` (template arguments go, too).
std::string base_of(std::string_view demangled);

/// What `cpp:` asks for: a whole name with its parameters, or a name without them, which stands for all
/// overloads. `*` stands for any text.
class NamePattern {
public:
  explicit NamePattern(std::string text);
  /// `mangled`: as the file has it.
  bool fits(std::string_view mangled) const;

private:
  std::string text_;
  std::string word_; ///< that the mangled name has to hold: demangling all takes long
  bool is_glob_;
};

} // namespace trc::probes
