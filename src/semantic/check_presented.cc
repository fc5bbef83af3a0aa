// Calls whose values are shown otherwise than as numbers and bytes: addresses, names of users, paths of
// cgroups, times. They are made of other expressions here; runtime/presenter.h shows them.
#include <arpa/inet.h>

#include "kernel/kernel.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

constexpr uint32_t kIpv4 = 4, kIpv6 = 16, kMac = 6; // bytes of addresses

Type bytes_type(uint32_t count) { return array_type(integer_type(1, false), count); }

typed::ExpressionPtr presented(Presentation presentation, Span span, typed::Expressions parts) {
  std::vector<Type> types;
  for (const auto& part : parts)
    types.push_back(part->type);
  return typed::make_expression(span, presented_type(presentation, std::move(types)),
                                typed::TupleOf{std::move(parts)});
}

template<class... Parts> typed::Expressions parts_of(Parts... parts) {
  typed::Expressions list;
  (list.push_back(std::move(parts)), ...);
  return list;
}

bool has_bytes(const Type& type) {
  return type.kind == TypeKind::array || type.kind == TypeKind::structure || type.is_string();
}

/// What lies in memory as `count` bytes of any value: of a string, too, those behind a NUL.
typed::ExpressionPtr as_bytes(typed::ExpressionPtr e, uint32_t count) {
  const bool is_place = std::holds_alternative<typed::Dereference>(e->node) ||
                        std::holds_alternative<typed::Part>(e->node) ||
                        std::holds_alternative<typed::ArgumentRead>(e->node);
  if (is_place && has_bytes(e->type)) {
    e->type = bytes_type(e->type.size);
  } else if (has_bytes(e->type)) {
    const Type own = bytes_type(e->type.size);
    e = convert(std::move(e), own);
  }
  return convert(std::move(e), bytes_type(count));
}

} // namespace

/// The bytes of an address that stand there or that a pointer leads to; others stay what they are. Null after
/// an error.
typed::ExpressionPtr Checker::address_bytes(const ast::Call& node, size_t index, const Builtin& row,
                                            const std::string& expected) {
  ExpressionPtr e = value(*node.arguments[index]);
  if (e->type.is_none()) return nullptr;
  if (e->type.is_pointer() && has_bytes(target_of(e->type))) {
    const Span span = e->span;
    e = dereference(span, std::move(e));
  }
  // A string that lies nowhere is no address: the task's name has 16 bytes, too.
  const bool is_text = e->type.is_string() && (as_text(*e) || std::holds_alternative<typed::Call>(e->node));
  if (!is_text && (e->type.is_integer() || has_bytes(e->type))) return e;
  bad_argument(node, index, row, expected, with_article(e->type));
  return nullptr;
}

typed::ExpressionPtr Checker::check_ntop(const ast::Call& node, const Builtin& row, Span span) {
  const char* const kExpected = "an IPv4 address as an integer, or 4 or 16 bytes";
  const size_t last = node.arguments.size() - 1;
  ExpressionPtr address = address_bytes(node, last, row, kExpected);
  ExpressionPtr family;
  if (last > 0) family = integer_argument(node, 0, row);
  if (!address || (family && family->type.is_none())) return unknown(span);
  if (family) {
    const typed::Constant* known = as_constant(*family);
    if (known && known->bits != AF_INET && known->bits != AF_INET6)
      return bad_argument(node, 0, row, "a family, 2 (AF_INET) or 10 (AF_INET6)",
                          std::to_string(static_cast<int64_t>(known->bits)));
    if (known && known->bits == AF_INET6 && address->type.size < kIpv6)
      return bad_argument(node, last, row, "16 bytes", with_article(address->type));
  }
  const uint32_t size = address->type.size;
  if (!address->type.is_integer() && size != kIpv4 && size != kIpv6)
    return bad_argument(node, last, row, kExpected, with_article(address->type));
  if (address->type.is_integer()) address = convert(std::move(address), integer_type(kIpv4, false));
  const bool is_ipv4 = address->type.is_integer() || size == kIpv4;
  if (!family) family = literal(span, is_ipv4 ? AF_INET : AF_INET6);
  // An IPv4 address in room for another one is its first bytes.
  if (as_constant(*family) && as_constant(*family)->bits == AF_INET && size == kIpv6)
    address = as_bytes(std::move(address), kIpv4);
  if (is_ipv4) address = convert(std::move(address), bytes_type(kIpv4));
  return presented(
      Presentation::ip_address, span,
      parts_of(convert(std::move(family), integer_type(4, false)), as_bytes(std::move(address), kIpv6)));
}

typed::ExpressionPtr Checker::check_macaddr(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr address = address_bytes(node, 0, row, "six bytes");
  if (!address) return unknown(span);
  if (address->type.is_integer() || address->type.size != kMac)
    return bad_argument(node, 0, row, "six bytes", with_article(address->type));
  return presented(Presentation::mac_address, span, parts_of(as_bytes(std::move(address), kMac)));
}

typed::ExpressionPtr Checker::check_pton(const ast::Call& node, const Builtin& row, Span span) {
  const std::string written = *text(*node.arguments[0]);
  std::string bytes(kIpv6, '\0');
  const bool is_ipv6 = written.find(':') != written.npos;
  if (::inet_pton(is_ipv6 ? AF_INET6 : AF_INET, written.c_str(), bytes.data()) != 1)
    return bad_argument(node, 0, row, "an IPv4 or IPv6 address", "`" + written + "`");
  bytes.resize(is_ipv6 ? kIpv6 : kIpv4);
  const Type type = bytes_type(bytes.size());
  return typed::make_expression(span, type, typed::Text{std::move(bytes)});
}

typed::ExpressionPtr Checker::check_username(const ast::Call&, const Builtin&, Span span) {
  ExpressionPtr uid =
      typed::make_expression(span, integer_type(4, false),
                             typed::Call{.id = BuiltinId::uid, .arguments = {}, .index = 0, .access = {}});
  return presented(Presentation::user_name, span, parts_of(std::move(uid)));
}

/// The index of a text that values name.
typed::ExpressionPtr Checker::text_index(Span span, const std::string& text) {
  auto& texts = context_.program.texts;
  size_t index = 0;
  while (index < texts.size() && texts[index] != text)
    ++index;
  if (index == texts.size()) texts.push_back(text);
  return constant(span, integer_type(4, false), index);
}

typed::ExpressionPtr Checker::check_cgroup_path(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr id = integer_argument(node, 0, row);
  if (id->type.is_none()) return id;
  const std::string hierarchies = node.arguments.size() > 1 ? *text(*node.arguments[1]) : "*";
  return presented(Presentation::cgroup_path, span,
                   parts_of(convert(std::move(id), integer_type(8, false)), text_index(span, hierarchies)));
}

typed::ExpressionPtr Checker::check_cgroupid(const ast::Call& node, const Builtin&, Span span) {
  const std::string path = *text(*node.arguments[0]);
  auto id = context_.kernel.cgroup_id(path);
  if (id) return constant(span, integer_type(8, false), *id);
  report(DiagnosticId::kernel_does_not_tell, node.arguments[0]->span, path, id.error().cause,
         id.error().hint);
  return unknown(span);
}

/// A number that was read from no clock may be any: what it is, the session sees by its size.
typed::ExpressionPtr Checker::check_strftime(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr time = integer_argument(node, 1, row);
  if (time->type.is_none()) return time;
  const char* const kExpected = "nanoseconds since boot or since 1970";
  const Clock clock = time->type.clock;
  if (clock == Clock::monotonic)
    return bad_argument(node, 1, row, kExpected,
                        "of `nsecs(monotonic)`, which does not tell how long the system slept");
  const typed::Constant* known = as_constant(*time);
  if (known && time->type.is_signed && static_cast<int64_t>(known->bits) < 0)
    return bad_argument(node, 1, row, kExpected, std::to_string(static_cast<int64_t>(known->bits)));
  ExpressionPtr format = text_index(span, *text(*node.arguments[0]));
  return presented(Presentation::timestamp, span,
                   parts_of(convert(std::move(time), integer_type(8, false)), std::move(format),
                            constant(span, integer_type(4, false), static_cast<uint64_t>(clock))));
}

typed::ExpressionPtr Checker::check_nsecs(const ast::Call& node, const Builtin& row, Span span) {
  struct Mode {
    std::string_view name;
    Clock clock;
  };
  // The index of a mode is what Call::index says; without one it is the first.
  static constexpr Mode kModes[] = {
      {"boot", Clock::boot}, {"monotonic", Clock::monotonic}, {"tai", Clock::tai}, {"sw_tai", Clock::tai}};
  constexpr uint32_t kTai = 2;
  constexpr KernelVersion kHasTai = {6, 1, 0};
  uint32_t mode = 0;
  if (!node.arguments.empty()) {
    const auto* name = std::get_if<ast::Name>(&behind(*node.arguments[0]).node);
    while (name && mode < std::size(kModes) && kModes[mode].name != name->name)
      ++mode;
    if (!name || mode == std::size(kModes))
      return bad_argument(node, 0, row, "`boot`, `monotonic`, `tai` or `sw_tai`",
                          name ? "`" + name->name + "`" : what_is(*node.arguments[0]));
  }
  if (mode == kTai && context_.kernel.version() < kHasTai) {
    report(DiagnosticId::needs_kernel_feature, span, "nsecs(tai)", "Linux 6.1",
           "`nsecs(sw_tai)` gives the same by an offset that is found at the start");
    return unknown(span);
  }
  Type type = integer_type(8, false);
  type.clock = kModes[mode].clock;
  return typed::make_expression(span, std::move(type),
                                typed::Call{.id = row.id, .arguments = {}, .index = mode, .access = {}});
}

/// The width is that of what was assigned: a variable of a `uint16` swaps two bytes.
typed::ExpressionPtr Checker::check_bswap(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr e = integer_argument(node, 0, row);
  if (e->type.is_none()) return e;
  uint32_t size = e->type.size;
  if (auto* read = std::get_if<typed::VariableRead>(&e->node)) size = variable_type(read->variable).size;
  if (auto* read = std::get_if<typed::MapRead>(&e->node)) size = facts(read->access.map).value.size;
  const Type type = integer_type(size, false);
  e = convert(std::move(e), type);
  if (const typed::Constant* known = as_constant(*e))
    return constant(span, type, __builtin_bswap64(known->bits) >> (64 - 8 * size));
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(e));
  return typed::make_expression(span, type, std::move(call));
}

} // namespace trc
