// What begins where something outermost may begin: a probe's attach points, a definition with a keyword, or C
// text. Decided by looking at the characters, since an attach point is raw text that may look like anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trc {

enum class Outermost : uint8_t {
  attach_point, ///< or nothing that can stand here
  definition,   ///< `config`, `import`, `let`, `macro`, `fn`
  c_text,       ///< a definition in C or a line for the C preprocessor
};

/// What begins at the start of `text`, which is neither blank nor comment.
Outermost classify_outermost(std::string_view text);

/// How long the C text at the start of `text` is; 0 if it is never closed. A definition reaches to its `;`,
/// which may be missing behind a `}`; a preprocessor line to the line's end, with its continuation lines.
size_t c_text_length(std::string_view text);

/// The offset of the first byte from `offset` on that is neither blank nor comment, or npos.
size_t skip_layout(std::string_view text, size_t offset);

} // namespace trc
