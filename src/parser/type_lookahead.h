// Whether a `(` stands before a type: of a cast, or behind `sizeof` and the like. It is decided from the
// tokens that follow and from names that the script itself declares before, never by what later stages know.
#pragma once

#include <functional>
#include <set>

#include "lexer/token.h"

namespace trc::parser {

/// The token `distance` behind the `(`; 1 is the next.
using Peek = std::function<const Token&(size_t distance)>;

class TypeLookahead {
public:
  explicit TypeLookahead(const Sources& sources) : sources_(sources) {}

  /// Learns the names of types that C text declares, and the parameters of the macro that a token is in.
  void follow(const Token& previous, const Token& token);

  /// Of a `(` behind a token of the kind `previous`.
  bool begins_type(TokenKind previous, const Peek& peek) const;

private:
  bool is_type_name(const std::string& name) const;
  void learn_typedef(std::string_view text);

  const Sources& sources_;
  std::set<std::string, std::less<>> declared_types_;
  std::set<std::string, std::less<>> macro_parameters_;
  bool in_macro_head_ = false;
};

} // namespace trc::parser
