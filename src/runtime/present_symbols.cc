// Shows stacks and symbols: see presenter.h.
#include "runtime/presenter.h"
#include "runtime/stacks.h"

namespace trc::runtime {
namespace {

std::optional<uint64_t> word(const output::Value& value, size_t index) {
  const auto* tuple = std::get_if<output::Tuple>(&value.data);
  if (tuple == nullptr || index >= tuple->elements.size()) return {};
  const auto* number = std::get_if<uint64_t>(&tuple->elements[index].data);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

std::optional<StackKey> key_of(const output::Value& value) {
  const auto low = word(value, 0), high = word(value, 1);
  if (!low || !high) return {};
  return StackKey{*low, *high};
}

} // namespace

void Presenter::show_stack(output::Value& value, bool is_kernel) {
  const auto key = key_of(value);
  if (!key || stacks_ == nullptr || layout_->parameters.empty()) return;
  value.data = stacks_->show(*key, static_cast<StackMode>(layout_->parameters.front()), is_kernel);
}

void Presenter::show_kernel_stack(output::Value& value) { show_stack(value, true); }
void Presenter::show_user_stack(output::Value& value) { show_stack(value, false); }

void Presenter::show_kernel_symbol(output::Value& value) {
  const auto address = word(value, 0);
  if (address && stacks_ != nullptr) value.data = stacks_->show_kernel_symbol(*address);
}

void Presenter::show_user_symbol(output::Value& value) {
  const auto key = key_of(value);
  if (key && stacks_ != nullptr) value.data = stacks_->show_symbol(*key);
}

} // namespace trc::runtime
