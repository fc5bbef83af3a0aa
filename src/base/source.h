// Source texts and positions in them. Every text of a compilation (the script, later its imports) has its own
// range of offsets, so that a span alone tells which text it is in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trc {

/// A half-open range of byte offsets, counted over all sources of a compilation.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;
};

/// The smallest span that holds both.
Span join(Span a, Span b);

/// A place as people count: line and column from 1, the column in bytes.
struct Location {
  std::string_view source; ///< the name of the text: a path, or "stdin"
  uint32_t line = 0;
  uint32_t column = 0;
};

class Sources {
public:
  /// Takes over a text and returns the offset of its first byte.
  uint32_t add(std::string name, std::string text);

  /// The text that was added at `base`.
  std::string_view text(uint32_t base) const;
  std::string_view slice(Span span) const;
  Location locate(uint32_t offset) const;
  /// The whole line around an offset, without its line end.
  std::string_view line_at(uint32_t offset) const;

private:
  struct Entry {
    uint32_t base;
    std::string name;
    std::string text;
    std::vector<uint32_t> line_starts; // relative to base
  };
  const Entry& entry(uint32_t offset) const;

  std::vector<Entry> entries_;
};

} // namespace trc
