// Calls that send what lies behind pointers: join and skboutput.
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

// language.md 4.1: the first 16 strings of at most 1024 bytes each.
constexpr uint32_t kJoinBytes = 16 * 1024;
/// Of a packet whose length is not known by now: what an Ethernet frame has, and more.
constexpr uint32_t kPacketBytes = 2048;

typed::ExpressionPtr chosen(typed::ExpressionPtr condition, typed::ExpressionPtr then,
                            typed::ExpressionPtr otherwise) {
  const Span span = then->span;
  const Type type = then->type;
  return typed::make_expression(span, type,
                                typed::Ternary{std::move(condition), std::move(then), std::move(otherwise)});
}

} // namespace

typed::ExpressionPtr Checker::check_join(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr array = value(*node.arguments[0]);
  if (array->type.is_none()) return array;
  if (!array->type.is_pointer() && !array->type.is_integer())
    return bad_argument(node, 0, row, "a pointer to pointers to strings (`char **`)",
                        with_article(array->type));
  AddressSpace space = array->type.is_pointer() ? array->type.space : AddressSpace::none;
  if (space == AddressSpace::none) space = pointers();
  array = convert(std::move(array), pointer_type(space, {}, "void"));
  array->type.space = space;
  const std::string between = node.arguments.size() > 1 ? *text(*node.arguments[1]) : " ";
  const uint32_t event =
      add_event(EventKind::join, between, {buffer_type(kJoinBytes), integer_type(4, false)}, span);
  typed::Call call = {.id = row.id, .arguments = {}, .index = event, .access = {}};
  call.arguments.push_back(std::move(array));
  return typed::make_expression(span, {}, std::move(call));
}

/// A field of the packet, read anew. Null after an error.
typed::ExpressionPtr Checker::packet_field(const ast::Call& node, const Type& structure, const char* name) {
  const Span span = node.arguments[1]->span;
  const auto field = find_field_of(structure, name, span);
  if (!field) return nullptr;
  ExpressionPtr packet = value(*node.arguments[1]);
  const bool trusted = is_trusted(*packet);
  return typed::make_expression(
      span, field->type,
      typed::Dereference{
          .pointer = std::move(packet), .offset = field->offset, .bits = {}, .is_trusted = trusted});
}

/// The bytes travel in an event of their own: those in the packet's linear part, which has its headers. What
/// lies in pages beside that stays away; the record has the packet's true length.
typed::ExpressionPtr Checker::check_skboutput(const ast::Call& node, const Builtin& row, Span span) {
  ExpressionPtr packet = value(*node.arguments[1]);
  if (packet->type.is_none()) return packet;
  const Type structure = packet->type.is_pointer() ? target_of(packet->type) : Type();
  if (structure.kind != TypeKind::structure || structure.name != "struct sk_buff")
    return bad_argument(node, 1, row, "a `struct sk_buff *`", with_article(packet->type));
  const Type number = integer_type(8, true), small = integer_type(4, false);
  ExpressionPtr length = packet_field(node, structure, "len"), data = packet_field(node, structure, "data");
  ExpressionPtr most = integer_argument(node, 2, row), first = integer_argument(node, 3, row);
  if (!length || !data || most->type.is_none() || first->type.is_none()) return unknown(span);
  const typed::Constant* known = as_constant(*most);
  const uint64_t room = known ? std::clamp<uint64_t>(known->bits, 1, kPacketBytes) : kPacketBytes;

  auto again = [&](size_t index) { return convert(integer_argument(node, index, row), number); };
  auto subtract = [&](ExpressionPtr a, ExpressionPtr b) {
    return typed::make_expression(span, number,
                                  typed::Binary{BinaryOperator::subtract, std::move(a), std::move(b), true});
  };
  auto less = [&](ExpressionPtr a, ExpressionPtr b) {
    return typed::make_expression(span, bool_type(),
                                  typed::Binary{BinaryOperator::less, std::move(a), std::move(b), true});
  };
  auto linear = [&] {
    ExpressionPtr all = convert(packet_field(node, structure, "len"), number);
    ExpressionPtr pages = convert(packet_field(node, structure, "data_len"), number);
    return subtract(subtract(std::move(all), std::move(pages)), again(3));
  };
  if (!find_field_of(structure, "data_len", node.arguments[1]->span)) return unknown(span);
  // The smaller one of what there is and what is wanted, but not less than nothing.
  ExpressionPtr smaller = chosen(less(linear(), again(2)), linear(), again(2));
  ExpressionPtr smaller_again = chosen(less(linear(), again(2)), linear(), again(2));
  ExpressionPtr nothing = convert(literal(span, 0), number);
  ExpressionPtr count = chosen(less(std::move(smaller), std::move(nothing)),
                               convert(literal(span, 0), number), std::move(smaller_again));
  ExpressionPtr from = typed::make_expression(
      span, pointer_type(AddressSpace::kernel, {}, "void"),
      typed::Binary{BinaryOperator::add,
                    convert(std::move(data), pointer_type(AddressSpace::kernel, {}, "void")), again(3)});
  typed::Call bytes = {.id = BuiltinId::buf, .arguments = {}, .index = 0, .access = {}};
  bytes.arguments.push_back(std::move(from));
  bytes.arguments.push_back(std::move(count));

  ExpressionPtr now =
      typed::make_expression(span, integer_type(8, false),
                             typed::Call{.id = BuiltinId::nsecs, .arguments = {}, .index = 0, .access = {}});
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(std::move(now));
  call.arguments.push_back(convert(subtract(convert(std::move(length), number), again(3)), small));
  call.arguments.push_back(typed::make_expression(span, buffer_type(room), std::move(bytes)));
  call.index = add_event(EventKind::packet, *text(*node.arguments[0]),
                         {integer_type(8, false), small, buffer_type(room)}, script_place(span));
  return typed::make_expression(span, small, std::move(call));
}

} // namespace trc
