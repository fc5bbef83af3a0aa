// See presenter.h.
#include "runtime/presenter.h"

namespace trc::runtime {
namespace {

/// A part of a presented value; null if it is not there or not of this kind.
template<class T> const T* part(const output::Value& value, size_t index) {
  const auto* tuple = std::get_if<output::Tuple>(&value.data);
  return tuple != nullptr && index < tuple->elements.size() ? std::get_if<T>(&tuple->elements[index].data)
                                                            : nullptr;
}

void append_hex(std::string& out, uint64_t byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out += kDigits[byte >> 4 & 15];
  out += kDigits[byte & 15];
}

} // namespace

void Presenter::present(Presentation presentation, output::Value& value) {
  static constexpr Show kShows[] = {
      nullptr,
#define PRESENTATION(id, spelling) &Presenter::show_##id,
#include "program/presentations.def"
#undef PRESENTATION
  };
  if (Show show = kShows[static_cast<size_t>(presentation)]) (this->*show)(value);
}

/// `AA:BB:CC:DD:EE:FF`
void Presenter::show_mac_address(output::Value& value) {
  const auto* bytes = part<output::Array>(value, 0);
  if (bytes == nullptr) return;
  std::string text;
  for (const output::Value& byte : bytes->elements) {
    const auto* number = std::get_if<uint64_t>(&byte.data);
    if (number == nullptr) return;
    if (!text.empty()) text += ':';
    append_hex(text, *number);
  }
  value.data = std::move(text);
}

} // namespace trc::runtime
