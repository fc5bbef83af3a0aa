// The preprocessor of C: directives, macros, headers. Gives tokens one after the other, all macros replaced.
// Why none of the libraries: docs/c-definitions.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ctypes/c_files.h"
#include "ctypes/c_lexer.h"
#include "ctypes/c_report.h"

namespace trc {

struct CMacro {
  std::vector<std::string_view>
      parameters; ///< of a variadic one the last is the rest's: "__VA_ARGS__", "args"
  std::vector<CToken> body;
  bool is_function = false, is_variadic = false;
  bool is_predefined = false; ///< by the compiler, not by any text
  bool is_active = false;     ///< its replacement is being read: it does not replace itself
};

class CPreprocessor {
public:
  struct Setup {
    bool has_btf = false;
    /// Texts to read, one after the other: indices of `files`.
    std::vector<uint32_t> texts;
  };
  CPreprocessor(CFiles& files, CReporter& reporter, Setup setup);

  /// The next token, macros replaced; `end` at the end and ever after.
  CToken next();
  /// A header that is only in the kernel's source tree was asked for, and not read.
  bool wants_kernel_tree() const { return wants_kernel_tree_; }
  /// Full replacement of a macro without parameters; nothing if there is none that a text defined.
  std::optional<std::string> expansion(std::string_view name);
  /// Names of those that expansion() could know.
  std::vector<std::string> values() const;
  /// The macro has parameters: its value can't be asked for.
  bool is_function_macro(std::string_view name) const;

private:
  struct Level {
    CLexer lexer;
    uint32_t file;
    size_t conditionals; ///< that were open before it
  };
  struct Conditional {
    CPlace place;
    std::string_view directive;
    bool was_skipping; ///< around it
    bool skipping, taken, had_else = false;
  };
  using Tokens = std::vector<CToken>;
  using MacroPtr = std::shared_ptr<CMacro>;
  /// Tokens that are read before the text goes on.
  struct Pending {
    Tokens tokens;
    MacroPtr macro; ///< whose replacement they are, or null
    bool is_barrier = false;
    size_t at = 0;
  };

  // c_preprocessor.cc: where tokens come from, and directives
  CToken source();
  bool open_next_text();
  /// True if a piece of the script ended.
  bool close_level();
  bool skipping() const { return !conditionals_.empty() && conditionals_.back().skipping; }
  void directive();
  void define();
  void undefine(CToken name);
  void include(const CToken& directive, bool is_next);
  void missing_header(std::string_view name, CPlace place, bool is_quoted);
  void begin_conditional(const CToken& directive, bool holds);
  void other_branch(const CToken& directive);
  void end_conditional(const CToken& directive);
  bool condition(const CToken& directive);
  bool is_defined(const CToken& directive);
  void pragma();
  void user_message(const CToken& directive);
  Tokens rest_of_line();
  Tokens replace_questions(const Tokens& line, const CToken& directive);
  std::optional<CFiles::Request> header_question(const Tokens& line, size_t& at, const CToken& directive);
  void complain(const CToken& directive, std::string what, std::string hint = {});

  // c_macro.cc: replacing macros
  struct Call {
    const CMacro& macro;
    CToken name;
    std::vector<Tokens> arguments, expanded;
    std::vector<bool> is_expanded;
  };
  CToken raw();
  void push(Tokens tokens, MacroPtr macro, bool is_barrier = false);
  Tokens expand_alone(Tokens tokens);
  bool expand(CToken& token);
  bool dynamic_macro(const CToken& token);
  bool pragma_operator(CToken& token);
  std::optional<std::vector<Tokens>> collect_arguments(const CMacro& macro, const CToken& name);
  bool fits(const CMacro& macro, const CToken& name, std::vector<Tokens>& arguments);
  Tokens substitute(Call& call, size_t from, size_t to);
  const Tokens& expanded_argument(Call& call, size_t index);
  CToken stringified(const Tokens& argument, const CToken& like);
  void paste(Tokens& left, const Tokens& right);
  std::optional<size_t> parameter(const CMacro& macro, const CToken& token) const;
  void too_large(CPlace place, std::string what);

  CFiles& files_;
  CReporter& reporter_;
  Setup setup_;
  size_t next_text_ = 0;
  std::vector<Level> levels_;
  std::vector<Conditional> conditionals_;
  std::vector<Pending> pending_;
  std::unordered_map<std::string_view, MacroPtr> macros_;
  std::unordered_map<std::string_view, bool> read_once_; ///< by path
  Tokens pragmas_;                                       ///< that were met, and wait to be given out
  size_t budget_;
  int depth_ = 0;
  uint32_t counter_ = 0;
  bool stopped_ = false, wants_kernel_tree_ = false;
};

/// The tokens as text, with one blank where there was any.
std::string spelling(const std::vector<CToken>& tokens);

} // namespace trc
