#include "probes/usdt/arguments.h"

#include <charconv>

#include "base/text.h"
#include "probes/registers.h"

namespace trc::probes {
namespace {

/// The registers of x86-64 by the names of their parts; the others have numbers.
struct Names {
  std::string_view whole, half, word, byte, second_byte, in_pt_regs;
};
constexpr Names kNames[] = {
    {"rax", "eax", "ax", "al", "ah", "ax"}, {"rbx", "ebx", "bx", "bl", "bh", "bx"},
    {"rcx", "ecx", "cx", "cl", "ch", "cx"}, {"rdx", "edx", "dx", "dl", "dh", "dx"},
    {"rsi", "esi", "si", "sil", "", "si"},  {"rdi", "edi", "di", "dil", "", "di"},
    {"rbp", "ebp", "bp", "bpl", "", "bp"},  {"rsp", "esp", "sp", "spl", "", "sp"},
    {"rip", "eip", "ip", "", "", "ip"},
};

/// `name` without its `%`.
std::optional<ContextAccess> register_of(std::string_view name) {
  for (const Names& row : kNames) {
    auto access = register_named(row.in_pt_regs);
    if (name == row.whole || name == row.half || name == row.word || name == row.byte) return access;
    if (!row.second_byte.empty() && name == row.second_byte) {
      ++access->offset;
      return access;
    }
  }
  if (!name.starts_with('r') || name.size() < 2) return {};
  // r8, r8d, r8w, r8b
  if (name.ends_with('d') || name.ends_with('w') || name.ends_with('b')) name.remove_suffix(1);
  return register_named(name);
}

/// A number of the assembler, with its sign; nothing if the text is no number as a whole.
std::optional<uint64_t> number_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const bool is_hexadecimal = text.starts_with("0x");
  if (is_hexadecimal) text.remove_prefix(2);
  uint64_t number = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, is_hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return is_negative ? -number : number;
}

/// The displacement before the parenthesis: numbers and at most one symbol, added up.
std::optional<uint64_t> displacement_of(std::string_view text, bool is_relative,
                                        const DistanceOf& distance_of) {
  uint64_t sum = 0;
  bool has_symbol = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("+-", 1), text.size());
    const std::string_view term = text.substr(0, end);
    text.remove_prefix(end);
    if (auto number = number_of(term)) {
      sum += *number;
      continue;
    }
    const auto distance = is_relative && !has_symbol && !term.starts_with('-')
                              ? distance_of(term.starts_with('+') ? term.substr(1) : term)
                              : std::nullopt;
    if (!distance) return {};
    has_symbol = true;
    sum += static_cast<uint64_t>(*distance);
  }
  return sum;
}

/// `-16(%rbp)`, `(%rax,%rcx,8)`, `variable+4(%rip)`.
bool read_memory(std::string_view text, LocatedArgument& argument, const DistanceOf& distance_of) {
  const size_t open = text.find('(');
  if (open == text.npos || !text.ends_with(')')) return false;
  const auto inside = split(text.substr(open + 1, text.size() - open - 2), ',');
  if (inside.empty() || inside.size() > 3) return false;
  argument.kind = LocatedArgument::Kind::in_memory;
  auto take_register = [](std::string_view name, std::optional<ContextAccess>& place) {
    if (name.empty()) return true; // `(,%rcx,8)`
    if (name.starts_with('%')) place = register_of(name.substr(1));
    return place.has_value();
  };
  if (!take_register(inside[0], argument.base)) return false;
  if (inside.size() > 1 && !take_register(inside[1], argument.index)) return false;
  if (inside.size() == 3) {
    const auto scale = number_of(inside[2]);
    if (!scale || *scale > 8) return false;
    argument.scale = static_cast<uint8_t>(*scale);
  }
  const auto displacement = displacement_of(text.substr(0, open), inside[0] == "%rip", distance_of);
  if (displacement) argument.number = *displacement;
  return displacement.has_value();
}

bool read_place(std::string_view text, LocatedArgument& argument, const DistanceOf& distance_of) {
  if (text.starts_with('$')) {
    const auto number = number_of(text.substr(1));
    if (number) argument.number = *number;
    return number.has_value();
  }
  if (!text.starts_with('%')) return read_memory(text, argument, distance_of);
  argument.kind = LocatedArgument::Kind::in_register;
  argument.base = register_of(text.substr(1));
  if (argument.base) argument.base->size = argument.size;
  return argument.base.has_value();
}

LocatedArgument read_argument(std::string_view text, const DistanceOf& distance_of) {
  LocatedArgument argument = {.text = std::string(text)};
  auto unreadable = [&](std::string why) {
    argument.unreadable = std::move(why);
    return argument;
  };
  const size_t at = text.find('@');
  std::string_view size = text.substr(0, at == text.npos ? 0 : at);
  if (size.ends_with('f')) return unreadable("`" + argument.text + "` is a floating-point number");
  argument.is_signed = size.starts_with('-');
  const auto bytes = number_of(argument.is_signed ? size.substr(1) : size);
  if (!bytes || (*bytes != 1 && *bytes != 2 && *bytes != 4 && *bytes != 8))
    return unreadable("`" + argument.text + "` has no size that trc knows");
  argument.size = static_cast<uint8_t>(*bytes);
  const std::string_view place = text.substr(at + 1);
  if (place.starts_with("%xmm") || place.starts_with("%ymm") || place.starts_with("%st"))
    return unreadable("`" + argument.text + "` is in a floating-point register");
  if (!read_place(place, argument, distance_of))
    return unreadable("`" + argument.text + "` is a place that trc doesn't understand");
  return argument;
}

} // namespace

std::vector<LocatedArgument> read_usdt_arguments(std::string_view text, const DistanceOf& distance_of) {
  std::vector<LocatedArgument> arguments;
  for (std::string_view one : split(text, ' '))
    if (!one.empty()) arguments.push_back(read_argument(one, distance_of));
  return arguments;
}

std::string c_type_of(const LocatedArgument& argument) {
  if (!argument.unreadable.empty()) return "unreadable";
  return (argument.is_signed ? "int" : "uint") + std::to_string(8 * argument.size) + "_t";
}

} // namespace trc::probes
