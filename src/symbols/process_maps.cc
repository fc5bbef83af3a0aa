#include "symbols/process_maps.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace trc::symbols {
namespace {

/// Takes a line apart from the left.
class Line {
public:
  explicit Line(std::string_view text) : text_(text) {}

  bool number(uint64_t& value, char behind, int base = 16) {
    auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value, base);
    text_.remove_prefix(end - text_.data());
    if (error != std::errc() || (!text_.empty() && text_[0] != behind)) return false;
    text_.remove_prefix(text_.empty() ? 0 : 1);
    return true;
  }
  std::string_view word() {
    const size_t end = std::min(text_.find(' '), text_.size());
    const std::string_view found = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return found;
  }
  std::string_view rest() const { return text_.substr(std::min(text_.find_first_not_of(' '), text_.size())); }

private:
  std::string_view text_;
};

/// A name with line feeds in it is written with `\012` for each (kernel: seq_path).
std::string unescape(std::string_view path) {
  std::string name;
  while (!path.empty()) {
    if (path.starts_with("\\012")) {
      name += '\n';
      path.remove_prefix(4);
      continue;
    }
    name += path[0];
    path.remove_prefix(1);
  }
  return name;
}

/// `55e0c6a29000-55e0c6a2d000 r-xp 00002000 fe:01 1234   /usr/bin/cat`
std::optional<MappedRange> parse_line(std::string_view text) {
  MappedRange range;
  Line line(text);
  uint64_t major = 0, minor = 0;
  if (!line.number(range.start, '-') || !line.number(range.end, ' ')) return {};
  const std::string_view allowed = line.word();
  if (allowed.size() < 3 || allowed[2] != 'x') return {};
  if (!line.number(range.offset, ' ') || !line.number(major, ':') || !line.number(minor, ' ') ||
      !line.number(range.inode, ' ', 10))
    return {};
  range.device = major << 32 | minor;
  range.path = unescape(line.rest());
  return range;
}

} // namespace

std::vector<MappedRange> parse_maps(std::string_view text) {
  std::vector<MappedRange> ranges;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto range = parse_line(text.substr(0, end))) ranges.push_back(std::move(*range));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ranges;
}

const MappedRange* find_range(const std::vector<MappedRange>& ranges, uint64_t address) {
  auto behind = std::ranges::upper_bound(ranges, address, {}, &MappedRange::start);
  if (behind == ranges.begin() || address >= (behind - 1)->end) return nullptr;
  return &*(behind - 1);
}

} // namespace trc::symbols
