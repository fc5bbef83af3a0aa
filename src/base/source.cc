#include "base/source.h"

#include <algorithm>

#include "base/check.h"

namespace trc {

Span join(Span a, Span b) { return {std::min(a.begin, b.begin), std::max(a.end, b.end)}; }

uint32_t Sources::add(std::string name, std::string text) {
  // One byte between two texts keeps the end of one apart from the start of the next.
  uint32_t base = entries_.empty() ? 0 : entries_.back().base + entries_.back().text.size() + 1;
  std::vector<uint32_t> starts = {0};
  for (uint32_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts.push_back(i + 1);
  entries_.push_back({base, std::move(name), std::move(text), std::move(starts)});
  return base;
}

const Sources::Entry& Sources::entry(uint32_t offset) const {
  TRC_CHECK(!entries_.empty(), "a position without a source");
  auto after = std::upper_bound(entries_.begin(), entries_.end(), offset,
                                [](uint32_t o, const Entry& e) { return o < e.base; });
  return *std::prev(after);
}

std::string_view Sources::text(uint32_t base) const { return entry(base).text; }

std::string_view Sources::slice(Span span) const {
  const Entry& e = entry(span.begin);
  std::string_view text = e.text;
  return text.substr(std::min<size_t>(span.begin - e.base, text.size()), span.end - span.begin);
}

Location Sources::locate(uint32_t offset) const {
  const Entry& e = entry(offset);
  uint32_t local = offset - e.base;
  auto next = std::upper_bound(e.line_starts.begin(), e.line_starts.end(), local);
  uint32_t line = next - e.line_starts.begin();
  return {e.name, line, local - *std::prev(next) + 1};
}

std::string_view Sources::line_at(uint32_t offset) const {
  const Entry& e = entry(offset);
  uint32_t start = e.line_starts[locate(offset).line - 1];
  std::string_view rest = std::string_view(e.text).substr(start);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

} // namespace trc
