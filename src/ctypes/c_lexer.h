// C text into tokens, one after the other. A backslash at the end of a line joins it with the next one, but
// not inside a word.
#pragma once

#include <optional>
#include <string_view>

#include "ctypes/c_token.h"

namespace trc {

class CLexer {
public:
  /// `text` must outlive the tokens. `file` is for their places.
  CLexer(std::string_view text, uint32_t file) : text_(text), file_(file) {}

  /// At the end of the text: `end`.
  CToken next();
  /// Inside a directive: at the end of the line, too, `end`, and stays there.
  CToken next_in_line();
  /// Behind `#include`: `<…>` or `"…"` as one `string` token, if one of them comes.
  std::optional<CToken> header_name();
  /// What is left of the line, without comments at its ends; the lexer stays at the line's end.
  std::string_view rest_of_line();
  /// Goes to the next line that begins with `#`, and behind that. False: there is none.
  bool skip_to_directive();
  /// The offset of a comment that is never closed.
  std::optional<uint32_t> open_comment() const { return open_comment_; }

private:
  char at(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  /// Bytes of a joint of lines here, or 0.
  size_t joint() const;
  /// Blanks and comments; with `in_line` up to the end of the line.
  void skip_blanks(bool in_line);
  void skip_block_comment();
  CToken scan();
  void scan_quoted(char quote);
  void scan_number();
  void skip_line();

  std::string_view text_;
  size_t at_ = 0;
  uint32_t file_;
  bool line_start_ = true, space_ = false;
  std::optional<uint32_t> open_comment_;
};

} // namespace trc
