// See decode.h.
#include "runtime/decode.h"

#include <algorithm>
#include <cstring>

#include "runtime/aggregated.h"
#include "runtime/presenter.h"

namespace trc::runtime {
namespace {

using Bytes = std::span<const std::byte>;

std::optional<Bytes> part(Bytes bytes, size_t offset, size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

/// The part of a value that may own memory already: what is there is used again.
template<class T> T& hold(output::Value& value) {
  auto* old = std::get_if<T>(&value.data);
  return old != nullptr ? *old : value.data.emplace<T>();
}

uint64_t extend(uint64_t number, unsigned bits, bool is_signed) {
  if (bits >= 64) return number;
  const unsigned unused = 64 - bits;
  if (is_signed) return static_cast<uint64_t>(static_cast<int64_t>(number << unused) >> unused);
  return number << unused >> unused;
}

/// 1 to 8 bytes. Those of the usual sizes in one load: a copy of a length that is known only now costs as
/// much as all the rest of decoding a number.
uint64_t load_number(const std::byte* from, size_t size) {
  auto load = [&]<class Number>(Number number) {
    std::memcpy(&number, from, sizeof number);
    return uint64_t{number};
  };
  switch (size) {
  case 8: return load(uint64_t{0});
  case 4: return load(uint32_t{0});
  case 2: return load(uint16_t{0});
  case 1: return load(uint8_t{0});
  default: break;
  }
  uint64_t number = 0;
  std::memcpy(&number, from, size);
  return number;
}

/// In packed structs 64 bits can touch nine bytes.
std::optional<uint64_t> read_bits(Bytes bytes, const ValueLayout& layout) {
  unsigned __int128 number = 0;
  const size_t touched = (size_t{layout.first_bit} + layout.bits + 7) / 8;
  auto field = part(bytes, layout.offset, touched);
  if (!field || touched > sizeof number || layout.bits > 64) return std::nullopt;
  std::memcpy(&number, field->data(), touched);
  return extend(static_cast<uint64_t>(number >> layout.first_bit), layout.bits, layout.is_signed);
}

class Decoder {
public:
  /// Packed strings begin at `packed`.
  Decoder(Bytes whole, size_t packed, const Decoding& how) : whole_(whole), packed_(packed), how_(how) {}

  void decode(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    switch (layout.kind) {
    case ValueKind::string: return decode_string(value, bytes, layout);
    case ValueKind::packed_string: return decode_packed(value, bytes, layout);
    case ValueKind::packed_buffer: return decode_packed_buffer(value, bytes, layout);
    case ValueKind::tuple:
      if (layout.presentation != Presentation::none) return decode_presented(value, bytes, layout);
      return layout.names.empty() ? decode_tuple(value, bytes, layout) : decode_record(value, bytes, layout);
    case ValueKind::structure: return decode_record(value, bytes, layout);
    case ValueKind::array: return decode_array(value, bytes, layout);
    case ValueKind::buffer: return decode_buffer(value, bytes, layout);
    case ValueKind::enumeration: return decode_enumeration(value, bytes, layout);
    default: break;
    }
    if (layout.kind >= ValueKind::count)
      value = decode_aggregation(bytes, layout);
    else
      value.data = decode_number(bytes, layout);
  }

private:
  using Data = decltype(output::Value::data);

  static Data number_data(uint64_t number, bool is_signed) {
    if (is_signed) return static_cast<int64_t>(number);
    return number;
  }

  static Data decode_number(Bytes bytes, const ValueLayout& layout) {
    auto number = layout.kind != ValueKind::none ? read_integer(bytes, layout) : std::nullopt;
    if (!number) return std::monostate();
    if (layout.kind == ValueKind::boolean) return *number != 0;
    if (layout.kind == ValueKind::pointer) return output::Pointer{*number};
    return number_data(*number, layout.is_signed);
  }

  /// A number without a name is shown as such, by its sign.
  static void decode_enumeration(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    auto number = read_integer(bytes, layout);
    if (!number) {
      value.data = std::monostate();
      return;
    }
    const auto wanted = static_cast<int64_t>(*number);
    auto known = std::ranges::find(layout.enumerators, wanted, &EnumeratorName::value);
    if (known == layout.enumerators.end()) {
      value.data = number_data(*number, layout.is_signed);
      return;
    }
    auto& enumerator = hold<output::Enumerator>(value);
    enumerator.number = wanted;
    enumerator.name = known->name;
  }

  void assign_text(output::Value& value, const Text& text) {
    auto& target = hold<std::string>(value);
    target.assign(text.text);
    if (text.is_cut) target += how_.trailer;
  }

  void decode_string(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    if (auto field = part(bytes, layout.offset, layout.size))
      assign_text(value, read_string(*field));
    else
      value.data = std::monostate();
  }

  /// The next of the packed fields, whose length stands in the fixed part.
  std::optional<Bytes> next_packed(Bytes bytes, const ValueLayout& layout) {
    auto length = part(bytes, layout.offset, sizeof(uint32_t));
    if (!length) return std::nullopt;
    uint32_t size = 0;
    std::memcpy(&size, length->data(), sizeof size);
    auto field = part(whole_, packed_, size);
    if (field) packed_ += size;
    return field;
  }

  void decode_packed(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    if (auto field = next_packed(bytes, layout))
      assign_text(value, {read_string(*field).text, field->size() >= layout.size});
    else
      value.data = std::monostate();
  }

  void decode_packed_buffer(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    if (auto field = next_packed(bytes, layout))
      hold<output::Buffer>(value).bytes.assign(reinterpret_cast<const char*>(field->data()), field->size());
    else
      value.data = std::monostate();
  }

  /// The last thing in a record: each CPU's memory, one after the other.
  output::Value decode_aggregation(Bytes bytes, const ValueLayout& layout) {
    const Bytes all = bytes.subspan(std::min<size_t>(layout.offset, bytes.size()));
    if (layout.size == 0 || all.size() < layout.size) return {};
    const Copies copies{all, layout.size, all.size() / layout.size};
    return value_of(copies, layout, number_of(copies, layout), 0, how_);
  }

  static void decode_buffer(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    if (!part(bytes, layout.offset, layout.size)) {
      value.data = std::monostate();
      return;
    }
    Bytes content = read_buffer(bytes, layout);
    hold<output::Buffer>(value).bytes.assign(reinterpret_cast<const char*>(content.data()), content.size());
  }

  void decode_elements(std::vector<output::Value>& values, Bytes bytes, const ValueLayout& layout) {
    const Bytes inside = part(bytes, layout.offset, layout.size).value_or(Bytes());
    values.resize(layout.elements.size());
    for (size_t i = 0; i < layout.elements.size(); ++i)
      decode(values[i], inside, layout.elements[i]);
  }

  void decode_tuple(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    decode_elements(hold<output::Tuple>(value).elements, bytes, layout);
  }

  void decode_presented(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    decode_tuple(value, bytes, layout);
    if (how_.presenter != nullptr) how_.presenter->present(layout, value);
  }

  void decode_record(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    auto& record = hold<output::Record>(value);
    // The same event mostly has the same fields: comparing is cheaper than copying.
    if (record.names != layout.names) record.names = layout.names;
    decode_elements(record.values, bytes, layout);
  }

  void decode_array(output::Value& value, Bytes bytes, const ValueLayout& layout) {
    auto inside = part(bytes, layout.offset, layout.size);
    if (!inside || layout.elements.empty()) {
      value.data = std::monostate();
      return;
    }
    auto& elements = hold<output::Array>(value).elements;
    elements.resize(element_count(layout));
    const ValueLayout& element = layout.elements.front();
    for (size_t i = 0; i < elements.size(); ++i)
      decode(elements[i], inside->subspan(i * element.size), element);
  }

  Bytes whole_;
  size_t packed_;
  const Decoding& how_;
};

} // namespace

std::optional<uint64_t> read_integer(Bytes bytes, const ValueLayout& layout) {
  if (layout.bits != 0) return read_bits(bytes, layout);
  if (layout.size == 0 || layout.size > sizeof(uint64_t)) return std::nullopt;
  auto field = part(bytes, layout.offset, layout.size);
  if (!field) return std::nullopt;
  return extend(load_number(field->data(), field->size()), 8 * layout.size, layout.is_signed);
}

Text read_string(Bytes bytes) {
  if (bytes.empty()) return {};
  auto* text = reinterpret_cast<const char*>(bytes.data());
  size_t length = strnlen(text, bytes.size());
  return {{text, length}, length == bytes.size()};
}

Bytes read_buffer(Bytes bytes, const ValueLayout& layout) {
  uint32_t length = 0;
  auto field = part(bytes, layout.offset, layout.size);
  if (!field || field->size() < sizeof length) return {};
  std::memcpy(&length, field->data(), sizeof length);
  const Bytes room = field->subspan(sizeof length);
  return room.first(std::min<size_t>(length, room.size()));
}

size_t element_count(const ValueLayout& array) {
  const uint32_t each = array.elements.empty() ? 0 : array.elements.front().size;
  return each == 0 ? 0 : array.size / each;
}

output::Value decode(Bytes bytes, const ValueLayout& layout, const Decoding& how) {
  output::Value value;
  decode(value, bytes, layout, how);
  return value;
}

void decode(output::Value& value, Bytes bytes, const ValueLayout& layout, const Decoding& how) {
  Decoder(bytes, bytes.size(), how).decode(value, bytes, layout);
}

void decode_event(Bytes record, const EventInfo& event, std::vector<output::Value>& values,
                  const Decoding& how) {
  values.resize(event.fields.size());
  Decoder decoder(record, event.fixed_size, how);
  for (size_t i = 0; i < values.size(); ++i)
    decoder.decode(values[i], record, event.fields[i]);
}

} // namespace trc::runtime
