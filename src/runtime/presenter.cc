// See presenter.h.
#include "runtime/presenter.h"

#include <arpa/inet.h>
#include <array>

#include "runtime/clocks.h"

namespace trc::runtime {
namespace {

/// A part of a presented value; null if it is not there or not of this kind.
template<class T> const T* part(const output::Value& value, size_t index) {
  const auto* tuple = std::get_if<output::Tuple>(&value.data);
  return tuple != nullptr && index < tuple->elements.size() ? std::get_if<T>(&tuple->elements[index].data)
                                                            : nullptr;
}

/// The bytes of a part that is an array of them; nothing if it is none.
std::optional<std::string> bytes_of(const output::Value& value, size_t index) {
  const auto* array = part<output::Array>(value, index);
  if (array == nullptr) return {};
  std::string bytes;
  for (const output::Value& element : array->elements) {
    const auto* number = std::get_if<uint64_t>(&element.data);
    if (number == nullptr) return {};
    bytes += static_cast<char>(*number);
  }
  return bytes;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

} // namespace

void Presenter::present(const ValueLayout& layout, output::Value& value) {
  static constexpr Show kShows[] = {
      nullptr,
#define PRESENTATION(id, spelling) &Presenter::show_##id,
#include "program/presentations.def"
#undef PRESENTATION
  };
  layout_ = &layout;
  if (Show show = kShows[static_cast<size_t>(layout.presentation)]) (this->*show)(value);
}

/// `AA:BB:CC:DD:EE:FF`
void Presenter::show_mac_address(output::Value& value) {
  const auto bytes = bytes_of(value, 0);
  if (!bytes) return;
  std::string text;
  for (char byte : *bytes) {
    if (!text.empty()) text += ':';
    append_hex(text, static_cast<unsigned char>(byte));
  }
  value.data = std::move(text);
}

/// `127.0.0.1`, `::1`; of a family that is neither only its number.
void Presenter::show_ip_address(output::Value& value) {
  const auto* family = part<uint64_t>(value, 0);
  const auto bytes = bytes_of(value, 1);
  if (family == nullptr || !bytes || bytes->size() < sizeof(in6_addr)) return;
  std::array<char, INET6_ADDRSTRLEN> text;
  if (::inet_ntop(static_cast<int>(*family), bytes->data(), text.data(), text.size()) != nullptr)
    value.data = std::string(text.data());
  else
    value.data = "(family " + std::to_string(*family) + ")";
}

void Presenter::show_user_name(output::Value& value) {
  if (const auto* uid = part<uint64_t>(value, 0)) value.data = std::string(users_.name(*uid));
}

void Presenter::show_cgroup_path(output::Value& value) {
  const auto *id = part<uint64_t>(value, 0), *pattern = part<uint64_t>(value, 1);
  if (id == nullptr || pattern == nullptr) return;
  if (const std::string* hierarchies = text(*pattern)) value.data = cgroups_.path(*id, *hierarchies);
}

/// In local time; `(?)` where there is no such date.
void Presenter::show_timestamp(output::Value& value) {
  const auto *time = part<uint64_t>(value, 0), *format = part<uint64_t>(value, 1),
             *clock = part<uint64_t>(value, 2);
  if (time == nullptr || format == nullptr || clock == nullptr || text(*format) == nullptr) return;
  // Thirty years: no machine has been up for so long, so such a number counts from 1970 already.
  constexpr uint64_t kLongestSinceBoot = 1'000'000'000'000'000'000;
  constexpr uint64_t kTai = 2; // of enum Clock (lang/type.h)
  uint64_t since_1970 = *time;
  if (*clock == kTai) {
    if (!tai_offset_) tai_offset_ = offset_between(CLOCK_TAI, CLOCK_REALTIME);
    since_1970 += *tai_offset_;
  } else if (*time < kLongestSinceBoot) {
    if (!boot_time_) boot_time_ = offset_between(CLOCK_BOOTTIME, CLOCK_REALTIME);
    since_1970 += *boot_time_;
  }
  value.data = formatted_time(*text(*format), since_1970).value_or("(?)");
}

} // namespace trc::runtime
