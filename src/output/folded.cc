#include "output/folded.h"

#include <algorithm>

#include "output/value_text.h"

namespace trc::output {
namespace {

using Kind = FoldedFrame::Kind;

const Stack* stack_of(const Value& value) { return std::get_if<Stack>(&value.data); }

std::optional<uint64_t> weight_of(const Value& value) {
  if (const auto* number = std::get_if<uint64_t>(&value.data)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value.data))
    return static_cast<uint64_t>(std::max<int64_t>(*number, 0));
  if (const auto* stats = std::get_if<Stats>(&value.data))
    return stats->record.values.empty() ? std::nullopt : weight_of(stats->record.values.back());
  if (const auto* histogram = std::get_if<Histogram>(&value.data)) {
    uint64_t count = 0;
    for (const Histogram::Row& row : histogram->rows)
      count += row.count;
    return count;
  }
  return {};
}

std::string as_name(std::string text) {
  std::ranges::replace(text, ';', ':');
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// The elements of a key, or the key itself as its only one.
template<class Use> void for_each_element(const Value& key, const Use& use) {
  if (const auto* tuple = std::get_if<Tuple>(&key.data))
    std::ranges::for_each(tuple->elements, use);
  else
    use(key);
}

void append_frames(FoldedStack& folded, const Value& key, bool is_kernel) {
  for_each_element(key, [&](const Value& element) {
    const Stack* stack = stack_of(element);
    if (stack == nullptr || stack->is_kernel != is_kernel) return;
    for (auto name = stack->names.rbegin(); name != stack->names.rend(); ++name)
      folded.frames.push_back({as_name(*name), is_kernel ? Kind::kernel : Kind::user});
  });
}

} // namespace

bool is_foldable(const MapView& map) {
  if (map.entries.empty() || !weight_of(map.entries.front().value)) return false;
  bool has_stack = false;
  for_each_element(map.entries.front().key,
                   [&](const Value& element) { has_stack = has_stack || stack_of(element) != nullptr; });
  return has_stack;
}

FoldedStack fold(const MapEntry& entry) {
  FoldedStack folded = {.frames = {}, .weight = weight_of(entry.value).value_or(0)};
  for_each_element(entry.key, [&](const Value& element) {
    if (const Stack* stack = stack_of(element)) {
      folded.marks_kernel = folded.marks_kernel || !stack->is_kernel;
      return;
    }
    std::string text;
    append_key(text, element, KeyForm::readable);
    folded.frames.push_back({as_name(std::move(text)), Kind::label});
  });
  append_frames(folded, entry.key, false);
  append_frames(folded, entry.key, true);
  if (folded.frames.empty()) folded.frames.push_back({"[no stack]", Kind::label});
  return folded;
}

void append_folded(std::string& out, const FoldedStack& stack) {
  for (const FoldedFrame& frame : stack.frames) {
    out.append(frame.name);
    if (stack.marks_kernel && frame.kind == Kind::kernel) out.append("_[k]");
    out += ';';
  }
  if (!stack.frames.empty()) out.pop_back();
  out.append(" ").append(std::to_string(stack.weight)).append("\n");
}

} // namespace trc::output
