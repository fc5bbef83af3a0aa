// See decode.h.
#include "runtime/decode.h"

#include <cstring>

namespace trc::runtime {
namespace {

constexpr std::string_view kCutTrailer = "..";

std::optional<std::span<const std::byte>> part(std::span<const std::byte> bytes, size_t offset, size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

/// Puts a text into a value that may already own memory for one.
void assign_text(output::Value& value, const Text& text) {
  auto* old = std::get_if<std::string>(&value.data);
  std::string& target = old != nullptr ? *old : value.data.emplace<std::string>();
  target.assign(text.text);
  if (text.is_cut) target += kCutTrailer;
}

class Decoder {
public:
  /// Packed strings begin at `packed`.
  Decoder(std::span<const std::byte> whole, size_t packed) : whole_(whole), packed_(packed) {}

  void decode(output::Value& value, std::span<const std::byte> bytes, const ValueLayout& layout) {
    switch (layout.kind) {
    case ValueKind::string: return decode_string(value, bytes, layout);
    case ValueKind::packed_string: return decode_packed(value, bytes, layout);
    case ValueKind::tuple: return decode_tuple(value, bytes, layout);
    default: value.data = decode_number(bytes, layout); return;
    }
  }

private:
  using Data = decltype(output::Value::data);

  static Data decode_number(std::span<const std::byte> bytes, const ValueLayout& layout) {
    auto number = layout.kind != ValueKind::none ? read_integer(bytes, layout) : std::nullopt;
    if (!number) return std::monostate();
    if (layout.kind == ValueKind::boolean) return *number != 0;
    if (layout.kind == ValueKind::pointer) return output::Pointer{*number};
    if (layout.is_signed) return static_cast<int64_t>(*number);
    return *number;
  }

  static void decode_string(output::Value& value, std::span<const std::byte> bytes,
                            const ValueLayout& layout) {
    if (auto field = part(bytes, layout.offset, layout.size))
      assign_text(value, read_string(*field));
    else
      value.data = std::monostate();
  }

  void decode_packed(output::Value& value, std::span<const std::byte> bytes, const ValueLayout& layout) {
    auto length = part(bytes, layout.offset, sizeof(uint32_t));
    uint32_t size = 0;
    if (length) std::memcpy(&size, length->data(), sizeof size);
    auto field = part(whole_, packed_, size);
    if (!length || !field) {
      value.data = std::monostate();
      return;
    }
    packed_ += size;
    assign_text(value, {read_string(*field).text, size >= layout.size});
  }

  void decode_tuple(output::Value& value, std::span<const std::byte> bytes, const ValueLayout& layout) {
    auto field = part(bytes, layout.offset, layout.size);
    auto* old = std::get_if<output::Tuple>(&value.data);
    output::Tuple& tuple = old != nullptr ? *old : value.data.emplace<output::Tuple>();
    tuple.elements.resize(layout.elements.size());
    for (size_t i = 0; i < layout.elements.size(); ++i)
      decode(tuple.elements[i], field.value_or(std::span<const std::byte>()), layout.elements[i]);
  }

  std::span<const std::byte> whole_;
  size_t packed_;
};

} // namespace

std::optional<uint64_t> read_integer(std::span<const std::byte> bytes, const ValueLayout& layout) {
  if (layout.size == 0 || layout.size > sizeof(uint64_t)) return std::nullopt;
  auto field = part(bytes, layout.offset, layout.size);
  if (!field) return std::nullopt;
  uint64_t number = 0;
  std::memcpy(&number, field->data(), field->size());
  unsigned unused = 64 - 8 * layout.size;
  if (layout.is_signed) return static_cast<uint64_t>(static_cast<int64_t>(number << unused) >> unused);
  return number;
}

Text read_string(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  auto* text = reinterpret_cast<const char*>(bytes.data());
  size_t length = strnlen(text, bytes.size());
  return {{text, length}, length == bytes.size()};
}

output::Value decode(std::span<const std::byte> bytes, const ValueLayout& layout) {
  output::Value value;
  Decoder(bytes, bytes.size()).decode(value, bytes, layout);
  return value;
}

void decode_event(std::span<const std::byte> record, const EventInfo& event,
                  std::vector<output::Value>& values) {
  values.resize(event.fields.size());
  Decoder decoder(record, event.fixed_size);
  for (size_t i = 0; i < values.size(); ++i)
    decoder.decode(values[i], record, event.fields[i]);
}

} // namespace trc::runtime
